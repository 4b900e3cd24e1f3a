"""template.yaml as data, and as the CloudFormation that AWS makes of it.

AWS runs the SAM transform when a stack is deployed; here the same translator (aws-sam-translator) runs on this machine, so that the
checks and the emulator see what AWS would see. Command line: `sam.py OUT.json` writes the result.
"""

import copy
import json
import os
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-northeast-1"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (!Ref, !Sub ...)."""


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def source():
    """template.yaml as it is written, short forms spelt out."""
    return yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), _Loader)


def transformed(parameters=None, code=None):
    """What AWS makes of template.yaml: plain CloudFormation.

    `parameters` override defaults. `code` maps a function's logical ID to (bucket, key); without it every function gets a stand-in
    address, as `sam package` would put one there.
    """
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # the translator asks for a Region to know the partition
    from samtranslator.translator.transform import transform

    template = copy.deepcopy(source())
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            bucket, key = (code or {}).get(logical_id, ("code", f"{logical_id}.zip"))
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
            resource.pop("Metadata", None)  # build instructions; they mean nothing once it is built
    defaults = {name: p["Default"] for name, p in template["Parameters"].items() if "Default" in p}

    class NoManagedPolicies:
        """No function uses a policy template or AWS's own policies, so there is nothing to look up."""

        def load(self):
            return {}

    return transform(template, {**defaults, **(parameters or {})}, NoManagedPolicies())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(transformed(), indent=1, ensure_ascii=False), encoding="utf-8")
