"""A run as one page: a file that needs nothing else, with no script in it. Pure.

    page.py        Report, Grade -> the page: its parts, its size, what a browser may do with it
    views.py       a check as the page shows it
    timeline.py    the reads of a TTL check, drawn and as a table
    differing.py   what differs between two sentences
    looks.py       what all pages have in common: templates, and the style that their policy allows
    page.html.j2   the page; card.html.j2, figure.html.j2 and icons.html.j2: its parts
    page.css       how it looks: light, dark, on a phone and on paper

Each text passes through `safe` and Jinja2's escaping on its way into the page, whatever a template writes.
"""
