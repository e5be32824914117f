"""Who is who among the Toad Lane Pioneers."""

from dataclasses import dataclass

HOST = "pioneers.example"


@dataclass(frozen=True)
class Somebody:
    number: int
    name: str
    mailbox: str = ""
    joined: int = 0  # day of the history

    @property
    def email(self) -> str:
        return f"{self.mailbox}@{HOST}" if self.mailbox else ""


FOUNDERS = (
    Somebody(1, "Eliza Ashworth", "chair"),
    Somebody(2, "James Daly", "secretary"),
    Somebody(3, "Miriam Okafor", "treasurer"),
    Somebody(4, "Tomasz Nowak", "librarian"),
    Somebody(5, "Ingrid Solberg", "auditor"),
    Somebody(6, "Charles Howarth", "returning"),
    Somebody(7, "Samira Haddad", "branch"),
    Somebody(8, "Amina Holt", "member"),
    Somebody(9, "William Cooper", "w.cooper"),
    Somebody(10, "Rosa Marchetti", "r.marchetti"),
    Somebody(11, "John Kershaw", "j.kershaw"),
    Somebody(12, "Leila Rahman", "l.rahman"),
)
JOINED = (
    Somebody(13, "Samuel Tweedale", "s.tweedale", 5),
    Somebody(14, "Greta Lindqvist", "g.lindqvist", 6),
    Somebody(15, "David Brooks", "d.brooks", 9),
    Somebody(16, "Naomi Feldman", "n.feldman", 12),
    Somebody(17, "Hugo Almeida", "h.almeida", 14),
    Somebody(18, "Jürgen Köhler", "j.koehler", 17),
    Somebody(19, "Mary Scowcroft", "m.scowcroft", 20),
    Somebody(20, "Kofi Mensah", "k.mensah", 24),
    Somebody(21, "Anneke de Vries", "a.devries", 190),
    Somebody(22, "Patrick O’Neill", "p.oneill", 205),
    Somebody(23, "Zofia Wiśniewska", "z.wisniewska", 230),
    Somebody(24, "Robert Taylor", "r.taylor", 320),
)
ORGANISATION = Somebody(25, "Rochdale Repair Café", "hello.repaircafe", 340)
DELEGATE = "Ellen Marsh"
JOINT = Somebody(26, "Ben and Clara Whitworth", "whitworth", 355)
ON_PAPER = Somebody(27, "Ada Smithies", "", 400)
NEWEST = Somebody(28, "Theo Blackwood", "t.blackwood", 752)
APPLICANT = Somebody(0, "Noor Rahimi", "applicant")

BRANCH = (7, 9, 10, 13, 14, 16, 19)
CHAIR, SECRETARY, TREASURER, LIBRARIAN, AUDITOR, RETURNING, BRANCH_SECRETARY, MEMBER = range(1, 9)
ACCOUNTS = ("chair", "secretary", "treasurer", "librarian", "auditor", "returning", "branch", "member")
