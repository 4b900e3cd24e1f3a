"""A browser without scripts: it keeps cookies, follows nothing by itself, and sends forms as they stand on a page."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


# No proxy of this machine stands between two of our own programs.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stays).open


@dataclass
class Page:
    """An answer, read."""

    url: str
    status: int
    headers: object
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def location(self):
        """Where the answer leads, as an address."""
        return urllib.parse.urljoin(self.url, self.headers["location"])


class _Form(HTMLParser):
    """A form of a page, the first or the one that goes `to` an address: where it goes, and what it would send as it stands."""

    def __init__(self, text, to=None):
        super().__init__()
        self.to, self.action, self.fields, self.links, self.boxes, self._inside = to, None, {}, [], {}, False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        it = dict(attributes)
        if tag == "form":
            self._inside = self.action is None and self.to in (None, it["action"])
            self.action = it["action"] if self._inside else self.action
        if tag == "a" and "href" in it:
            self.links.append(it["href"])
        if tag == "input" and self._inside and it.get("type") == "checkbox":
            self.boxes[it["name"]] = it.get("value", "on")
        if tag == "input" and self._inside and it.get("name") and (it.get("type") not in ("radio", "checkbox") or "checked" in it):
            self.fields[it["name"]] = it.get("value", "on" if it.get("type") in ("radio", "checkbox") else "")


class Browser:
    """One person's browser. `cookies` are ours alone: LINE's fake sets none."""

    def __init__(self):
        self.cookies = {}
        self.set_cookies = []

    def get(self, url):
        return self._ask(urllib.request.Request(url))

    def send(self, page, to=None, **chosen):
        """Sends the page's first form, or the one that goes `to` an address, with these fields chosen otherwise."""
        form = _Form(page.text, to)
        body = urllib.parse.urlencode(form.fields | chosen).encode()
        return self._ask(urllib.request.Request(urllib.parse.urljoin(page.url, form.action), body, method="POST"))

    def post_form(self, url, fields):
        return self._ask(urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), method="POST"))

    def post_json(self, url, body, **headers):
        headers = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask(urllib.request.Request(url, body, headers, method="POST"))

    def _ask(self, request):
        if self.cookies:
            request.add_header("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            answer = _open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error  # redirects and refusals are answers, too
        with answer:
            page = Page(request.full_url, answer.status, answer.headers, answer.read())
        for cookie in page.headers.get_all("set-cookie") or []:
            self.set_cookies.append(cookie)
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return page


def links(page):
    """Where the page's links lead."""
    return _Form(page.text).links


def boxes(page, to):
    """What the form that goes `to` an address would send besides if each of its boxes were ticked."""
    return _Form(page.text, to).boxes
