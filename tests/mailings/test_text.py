import pytest

from mailings.text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One line.</p>", "One line."),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>Soft\n   wrapped   words</p>", "Soft wrapped words"),
        ("<p>Over<br>two lines</p>", "Over\ntwo lines"),
        ("<p><strong>Bold</strong> and <em>slanted</em>, H<sub>2</sub>O</p>", "Bold and slanted, H2O"),
        ("<h2>Vary it</h2><p>Often.</p>", "Vary it\n=======\n\nOften."),
        ("<h3>Small</h3>", "Small\n-----"),
        ("<ul><li><p>One</p></li><li><p>Two</p></li></ul>", "- One\n- Two"),
        ("<ul><li>One</li><li>Two</li></ul><p>After</p>", "- One\n- Two\n\nAfter"),
        ("<ol><li><p>First</p></li><li><p>Then</p></li></ol>", "1. First\n2. Then"),
        ("<ul><li>A</li></ul><ul><li>B</li></ul>", "- A\n\n- B"),
        (
            "<ul><li><p>Out</p><ul><li><p>In</p></li></ul></li><li><p>Out again</p></li></ul>",
            "- Out\n  - In\n- Out again",
        ),
        ("<ul><li><p>One</p><p>More of one</p></li></ul>", "- One\n\n  More of one"),
        (
            '<p>See <a href="https://example.org/hip">the figure</a>.</p>',
            "See the figure (https://example.org/hip).",
        ),
        ('<p><a href="https://example.org">https://example.org</a></p>', "https://example.org"),
        ('<p><a href="mailto:me@example.org">me@example.org</a></p>', "me@example.org"),
        ('<p><a href="mailto:me@example.org">Write</a></p>', "Write (me@example.org)"),
        ("<blockquote><p>Load is food.</p></blockquote>", "> Load is food."),
        (
            "<table><tbody><tr><th>Muscle</th><th>Job</th></tr><tr><td>Iliacus</td><td>Lifts</td></tr></tbody></table>",
            "Iliacus · Job: Lifts",
        ),
        (
            "<table><tbody><tr><td><p>Iliacus</p></td><td><p>Lifts</p></td></tr></tbody></table>",
            "Iliacus · Lifts",
        ),
        ("<p>Tom &amp; Jerry &lt;3</p>", "Tom & Jerry <3"),
        ("Bare words", "Bare words"),
    ],
)
def test_html_to_text_reads_as_if_written(html, text):
    assert html_to_text(html) == text


def test_long_paragraph_is_wrapped_and_a_long_address_is_not():
    address = "https://example.org/" + "x" * 100
    text = html_to_text(f'<p>{"word " * 30}<a href="{address}">here</a></p>')

    assert [line for line in text.splitlines() if len(line) > 72] == [f"({address})"]
    assert address in text


def test_wrapped_list_item_is_indented_under_its_dash():
    lines = html_to_text(f"<ul><li><p>{'word ' * 20}</p></li></ul>").splitlines()

    assert [line[:6] for line in lines] == ["- word", "  word"]
