"""A row as Musubi stores it: its body is text, or packed where that is smaller (`shared/src/aws/table/item.rs`)."""

import gzip


def body(item):
    """The row's body as text; None where a row has none."""
    if "packed" in item:
        return gzip.decompress(item["packed"]["B"]).decode()
    return item["body"]["S"] if "body" in item else None


def with_body(item, text):
    """The row with this body in place of its own, a version later, as a write of Musubi's leaves it."""
    rest = {name: value for name, value in item.items() if name not in ("body", "packed")}
    return rest | {"body": {"S": text}, "version": {"N": str(int(item["version"]["N"]) + 1)}}
