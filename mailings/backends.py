"""Django's way to send mail, led through the ledger."""
