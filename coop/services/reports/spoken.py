"""Deeds as sentences. The trail keeps short verbs; a verb that is not here is said as it stands."""

from flask_babel import gettext as _

# %(who)s is "Member 2", %(what)s is "ballot 3" or, for eyes that may not know, "a member".
SPOKEN = {
    "lapsed a proxy for": "%(who)s let a proxy for %(what)s lapse.",
    "set the votes": "%(who)s set the votes of %(what)s.",
    "set a password": "%(who)s set a password.",
    "adopted a constitution": "%(who)s put %(what)s on record.",
    "document issued": "%(who)s issued the paper of %(what)s.",
    "set dues": "%(who)s set dues: %(what)s.",
    "charged dues": "%(who)s charged dues.",
    "put in band": "%(who)s put %(what)s into a band of dues.",
    "waived dues": "%(who)s waived dues of %(what)s.",
    "took back charge": "%(who)s took back %(what)s.",
    "imported statement": "%(who)s imported %(what)s.",
    "matched line": "%(who)s matched %(what)s.",
    "booked line as": "%(who)s booked %(what)s.",
    "put line on hold": "%(who)s put %(what)s on hold.",
    "same money": "%(who)s found %(what)s to be money that is here already.",
    "money of its own": "%(who)s found %(what)s to be money of its own.",
    "booked return": "%(who)s booked %(what)s as a return.",
    "undid match": "%(who)s undid the match of %(what)s.",
    "invitation answered": "%(who)s answered the invitation to %(what)s.",
    "meeting planned": "%(who)s planned %(what)s.",
    "meeting changed": "%(who)s changed %(what)s.",
    "meeting called": "%(who)s called %(what)s.",
    "meeting called off": "%(who)s called off %(what)s.",
    "meeting opened": "%(who)s opened %(what)s.",
    "meeting closed": "%(who)s closed %(what)s.",
    "agenda item added": "%(who)s added an item to the agenda of %(what)s.",
    "agenda reordered": "%(who)s reordered the agenda of %(what)s.",
    "agenda item removed": "%(who)s took an item off the agenda of %(what)s.",
    "agenda item linked": "%(who)s linked an item of the agenda of %(what)s.",
    "arrivals recorded": "%(who)s recorded who came to %(what)s.",
    "departure recorded": "%(who)s recorded that someone left %(what)s.",
    "attendance struck": "%(who)s struck an attendance of %(what)s.",
    "addresses read for post": "%(who)s read postal addresses to give notice of %(what)s.",
    "minutes written": "%(who)s wrote the minutes of %(what)s.",
    "minutes circulated": "%(who)s circulated the minutes of %(what)s.",
    "minutes approved": "%(who)s recorded that the minutes of %(what)s were approved.",
    "applied for membership": "%(who)s applied for membership: %(what)s.",
    "withdrew an application": "%(who)s withdrew %(what)s.",
    "admitted a member": "%(who)s admitted %(what)s.",
    "entered a member": "%(who)s entered %(what)s in the register.",
    "refused an application": "%(who)s refused %(what)s.",
    "imported members": "%(who)s imported members into the register.",
    "changed particulars": "%(who)s changed particulars of %(what)s.",
    "asked for erasure": "%(who)s asked for the erasure of their particulars.",
    "erased particulars": "%(who)s erased particulars of %(what)s.",
    "looked at particulars": "%(who)s looked at particulars of %(what)s.",
    "exported the register": "%(who)s exported the register.",
    "founded the organisation": "%(who)s founded the organisation.",
    "changed the settings": "%(who)s changed the settings.",
    "formed a body": "%(who)s formed %(what)s.",
    "joined a body": "%(who)s recorded a member of %(what)s.",
    "created an office": "%(who)s created an office in %(what)s.",
    "began a term of office": "%(who)s recorded the beginning of a term in %(what)s.",
    "ended a term of office": "%(who)s recorded the end of a term in %(what)s.",
    "sent a delegate": "%(who)s sent a delegate: %(what)s.",
    "instructed": "%(who)s instructed the delegate of %(what)s.",
    "joined a federation": "%(who)s recorded that the organisation joined a federation.",
    "recognised a member organisation": "%(who)s recognised the organisation that is %(what)s.",
    "reported its size": "%(who)s reported a number of members, of %(what)s.",
    "added a version": "%(who)s added a version of %(what)s.",
}


def sentence(who: str, verb: str, what: str) -> str:
    """Say a deed: “Member 2 opened ballot 3.”."""
    names = {"coop": _("Coop itself"), "operator": _("The operator")}
    name = names.get(who, who[:1].upper() + who[1:])
    if verb in SPOKEN:
        return str(_(SPOKEN[verb], who=name, what=what))
    # "opened ballot 3", but "recorded “resigned”: member 3".
    joint = ":" if verb.endswith("”") else ""
    return f"{name} {verb}{joint} {what}."
