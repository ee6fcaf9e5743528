from mailings.models.gate import MailGate
from mailings.models.issues import Issue, IssueConcept, IssueDrill, IssueImage, IssueText
from mailings.models.ledger import Delivery
from mailings.models.subscribers import Consent, MailOptOut, Subscriber, Suppression

__all__ = [
    "Consent",
    "Delivery",
    "Issue",
    "IssueConcept",
    "IssueDrill",
    "IssueImage",
    "IssueText",
    "MailGate",
    "MailOptOut",
    "Subscriber",
    "Suppression",
]
