import pytest
from django.core.exceptions import ValidationError

from mailings.addresses import canonical, client_network, normalise


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna@Example.ORG \n", "anna@example.org"),
        ("ａｎｎａ＠example.org", "anna@example.org"),
        ("anna+hip@example.org", "anna+hip@example.org"),
        ("anna@läufer.example", "anna@xn--lufer-gra.example"),
    ],
)
def test_addresses_are_stored_in_one_form(typed, stored):
    assert normalise(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", "anna", "@", "anna@", "@example.org", "anna@example", "a b@example.org", "anna@example.org\nx",
        "anna@example.org\r\nBcc: x@example.org", "anna@example.org,x@example.org", "anna@example.org;x",
        "anna@example.org\x00", "anna\u2028@example.org", "an\u200bna@example.org", "anna@" + "x" * 250 + ".org",
        "x" * 100_000, "anna@example..org", "\ud800@example.org", "änna@example.org",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_in_words(typed):
    with pytest.raises(ValidationError) as raised:
        normalise(typed)

    assert len(raised.value.messages) == 1


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("anna@example.org", "anna@example.org"),
        ("anna+1@example.org", "anna@example.org"),
        ("a.n.na+x@gmail.com", "anna@gmail.com"),
        ("an.na@googlemail.com", "anna@gmail.com"),
        ("an.na@example.org", "an.na@example.org"),
        ("+1@example.org", "+1@example.org"),
    ],
)
def test_spellings_of_one_mailbox_count_as_one(address, mailbox):
    assert canonical(address) == mailbox


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "", "198.51.100.7"),
        (0, "203.0.113.9", "198.51.100.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (1, "", "198.51.100.7"),
        (1, "2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        (1, "nonsense", "unknown"),
    ],
)
def test_forwarded_addresses_are_believed_as_far_as_our_proxies_wrote_them(
    rf, settings, proxies, forwarded, network
):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_network(rf.get("/", REMOTE_ADDR="198.51.100.7", headers=headers)) == network
