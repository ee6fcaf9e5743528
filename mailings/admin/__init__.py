from mailings.admin.issues import IssueAdmin
from mailings.admin.ledger import DeliveryAdmin
from mailings.admin.subscribers import SubscriberAdmin, SuppressionAdmin

__all__ = ["DeliveryAdmin", "IssueAdmin", "SubscriberAdmin", "SuppressionAdmin"]
