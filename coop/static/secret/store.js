// What a device keeps of its votes: one record for each ballot and member, in IndexedDB.

const NAME = "coop-secret-ballots";
const TABLE = "votes";

export async function openStore() {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("blocked"));
  });
  database.onversionchange = () => database.close();
  return new Store(database);
}

class Store {
  constructor(database) {
    this.database = database;
  }

  get(id) {
    return this.#within("readonly", (table, done) => {
      const asked = table.get(id);
      asked.onsuccess = () => done(asked.result ?? null);
    });
  }

  /** Change a record in one transaction, so that two tabs never lose each other's; gives what is kept. */
  change(id, changed) {
    return this.#within("readwrite", (table, done) => {
      const asked = table.get(id);
      asked.onsuccess = () => {
        const record = changed(asked.result ?? null);
        table.put(record, id);
        done(record);
      };
    });
  }

  remove(id) {
    return this.#within("readwrite", (table, done) => {
      table.delete(id);
      done(null);
    });
  }

  /** Resolves once the disk has it: nothing is asked of the server before. */
  #within(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(TABLE, mode, { durability: "strict" });
      let answer;
      transaction.oncomplete = () => resolve(answer);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(TABLE), (found) => (answer = found));
    });
  }
}
