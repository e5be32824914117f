// A paper and its choice, as the server keeps it: a word, or a list of candidates' numbers, or of scores.
// The empty list is a vote for none of the candidates, where the paper offers that.

/** The paper says nothing that could be cast; `field` is where to put it right. */
export class Unreadable extends Error {
  constructor(what, field, names = {}) {
    super(what);
    Object.assign(this, { what, field, names });
  }
}

/** Read a paper of a kind: motion, choice, ranking, approval or score. */
export function choiceOn(form, kind) {
  const choice = READERS[kind](form);
  const none = noneOn(form);
  const blank = !choice || (Array.isArray(choice) && choice.every((given) => given === null));
  if (none?.checked && !blank) throw new Unreadable("both", none);
  if (none?.checked) return [];
  if (blank) throw new Unreadable("blank", form.querySelector("input:not([type=hidden]), select"));
  return choice;
}

/** Put a choice back on its paper, to be changed. */
export function mark(form, kind, choice) {
  if (kind === "ranking") for (const [number, select] of numbered(form, "place_")) select.value = placeOf(number, choice);
  else if (kind === "score") for (const [number, select] of numbered(form, "score_")) select.value = choice[number - 1] ?? "";
  else for (const input of marks(form)) input.checked = [choice].flat().map(String).includes(input.value);
  if (noneOn(form)) noneOn(form).checked = !choice.length;
  dispatchEvent(new Event("pageshow")); // as after going back: scripts that drew the paper draw it again
}

/** Say a choice in words, a line each; `names` gives those of the options. */
export function wordsOf(kind, choice, names) {
  if (!choice.length) return [names.none];
  if (kind !== "score") return [choice].flat().map((given) => names[given]);
  return choice.flatMap((score, at) => (score === null ? [] : [`${names[at + 1]}: ${score}`]));
}

const READERS = {
  motion: (form) => checked(form)[0],
  choice: (form) => checked(form).map(Number),
  approval: (form) => ascending(checked(form).map(Number)),
  ranking: (form) => {
    const given = numbered(form, "place_").filter(([, select]) => select.value);
    given.sort(([, one], [, other]) => one.value - other.value);
    given.reduce((before, [, select]) => (before && refuseTwice(before, select), select), null);
    return given.map(([number]) => number);
  },
  score: (form) => numbered(form, "score_").map(([, select]) => (select.value ? Number(select.value) : null)),
};

function refuseTwice(one, other) {
  if (one.value !== other.value) return;
  const names = { one: labelOf(one), other: labelOf(other), place: one.value };
  throw new Unreadable("twice", other, names);
}

const noneOn = (form) => form.querySelector("input[value=none]");
const marks = (form) => [...form.querySelectorAll("input[type=radio], input[type=checkbox]")].filter((input) => input !== noneOn(form));
const checked = (form) => marks(form).flatMap((input) => (input.checked ? [input.value] : []));
const ascending = (numbers) => numbers.sort((one, other) => one - other);
const labelOf = (field) => field.labels[0].textContent.trim();
const placeOf = (number, choice) => String(choice.indexOf(number) + 1 || "");

function numbered(form, prefix) {
  const selects = [...form.querySelectorAll(`select[name^="${prefix}"]`)];
  const found = selects.map((select) => [Number(select.name.slice(prefix.length)), select]);
  return found.sort(([one], [other]) => one - other);
}
