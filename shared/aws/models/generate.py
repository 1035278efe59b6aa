"""Write one small model a service: the operations that operations.txt names, without documentation.

    make models

The shapes are botocore's (requirements.txt pins the version). What depends on a service's protocol, such as the name of
a member on the wire, is settled here, so that the client needs no knowledge of botocore's rules. Endpoints are those
that botocore's rule sets resolve for every region of every partition.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.model import ServiceModel
from botocore.paginate import PaginatorModel

HERE = Path(__file__).parent
# What the client speaks, in the order of preference.
PROTOCOLS = ["json", "rest-json", "rest-xml", "query", "ec2"]
SCALARS = {"string": "string", "character": "string", "integer": "integer", "long": "integer", "float": "float",
           "double": "float", "boolean": "boolean", "blob": "blob", "timestamp": "timestamp"}
BUILT_IN = {*SCALARS.values(), "document"}
# S3 writes this answer's only member as the root, which no model says.
UNWRAPPED = {("s3", "GetBucketLocation")}
# A list or describe operation without a paginator of botocore's, whose input and output share one of these.
TOKENS = ["NextToken", "nextToken", "nextPageToken", "Marker", "NextMarker"]


class Wrong(Exception):
    """operations.txt names what there is not, or what the client can't speak."""


def read_list(path):
    """The operations of each service."""
    wanted = {}
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        service, colon, operation = line.partition(":")
        if not colon or not operation:
            raise Wrong(f"{path.name}:{number}: `{line}` is not `service:Operation`")
        if operation in wanted.setdefault(service, {}):
            raise Wrong(f"{path.name}:{number}: `{line}` stands here twice")
        wanted[service][operation] = number
    return wanted


class Trimmed:
    """The shapes that the operations reach, as the client reads them."""

    def __init__(self, protocol, list_name):
        self.protocol = protocol
        self.where = list_name
        self.shapes = {}

    def reference(self, shape, member=None, token=False):
        """How a member, an element or a whole message refers to its shape."""
        out = {"shape": self.name(shape)}
        how = shape.serialization
        name = how.get("name")
        flat = bool(how.get("flattened"))
        if shape.type_name == "list" and flat and self.protocol in ("query", "rest-xml"):
            # A flattened list stands under its elements' name.
            name = shape.member.serialization.get("name") or name
        inward = how.get("queryName")
        if self.protocol == "ec2" and inward and inward != (name[:1].upper() + name[1:] if name else member):
            out["query"] = inward
        if name and name != member:
            out["name"] = name
        if "location" in how:
            out["in"] = how["location"]
        if flat:
            out["flat"] = True
        if how.get("xmlAttribute"):
            out["attribute"] = True
        if "xmlNamespace" in how and self.protocol == "rest-xml":
            namespace = how["xmlNamespace"]
            out["namespace"] = {"uri": namespace} if isinstance(namespace, str) else namespace
        if "timestampFormat" in how:
            out["format"] = how["timestampFormat"]
        if token:
            out["token"] = True
        if how.get("eventstream"):
            raise Wrong(f"{self.where}: {shape.name} is a stream of events, which the client does not read")
        return out["shape"] if len(out) == 1 else out

    def name(self, shape):
        if getattr(shape, "is_document_type", False):
            return "document"
        if shape.type_name in SCALARS:
            return SCALARS[shape.type_name]
        # A complex shape may bear the name of a built-in one.
        name = f"{shape.name}Shape" if shape.name in BUILT_IN else shape.name
        if name not in self.shapes:
            self.shapes[name] = None
            self.shapes[name] = self.definition(shape)
        return name

    def definition(self, shape):
        if shape.type_name == "list":
            return {"list": self.reference(shape.member)}
        if shape.type_name == "map":
            return {"map": [self.reference(shape.key), self.reference(shape.value)]}
        tokens = set(shape.metadata.get("idempotencyToken", [])) | {
            name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")
        }
        out = {"members": {name: self.reference(member, name, name in tokens) for name, member in shape.members.items()}}
        if shape.required_members:
            out["required"] = shape.required_members
        if "payload" in shape.serialization:
            out["payload"] = shape.serialization["payload"]
        return out


def operation_of(service, model, trimmed, raw, pages):
    out = {"method": model.http.get("method", "POST"), "uri": model.http.get("requestUri", "/")}
    if model.input_shape is not None:
        # The root element of a body in XML is named and placed by the operation.
        out["input"] = trimmed.reference(model.input_shape)
    if model.output_shape is not None:
        out["output"] = trimmed.reference(model.output_shape)
        wrapper = model.output_shape.serialization.get("resultWrapper")
        if wrapper and trimmed.protocol == "query":
            out["wrapper"] = wrapper
    if (service, model.name) in UNWRAPPED:
        out["unwrapped"] = True
    if model.endpoint and model.endpoint.get("hostPrefix"):
        out["host"] = model.endpoint["hostPrefix"]
    checksum = model.http_checksum or {}
    if checksum.get("requestChecksumRequired") or raw.get("httpChecksumRequired"):
        algorithm = checksum.get("requestAlgorithmMember")
        header = model.input_shape.members[algorithm].serialization.get("name") if algorithm else ""
        out["checksum"] = header or ""
    if pages:
        out["pages"] = pages
    return out


def paginators(session, service):
    try:
        return PaginatorModel(session.get_component("data_loader").load_service_model(service, "paginators-1"))
    except Exception:  # botocore's loader names no narrower error of a service without such a file
        return None


def pages_of(model, paginator):
    listed = lambda value: value if isinstance(value, list) else [value]
    if paginator is not None:
        try:
            found = paginator.get_paginator(model.name)
            out = {"input": listed(found["input_token"]), "output": listed(found["output_token"])}
            if "more_results" in found:
                out["more"] = found["more_results"]
            return out
        except ValueError:
            pass
    if model.input_shape is None or model.output_shape is None:
        return None
    for token in TOKENS:
        if token in model.input_shape.members and token in model.output_shape.members:
            return {"input": [token], "output": [token]}
    # `NextMarker` is given back as `Marker` by a few older services.
    if "Marker" in model.input_shape.members and "NextMarker" in model.output_shape.members:
        return {"input": ["Marker"], "output": ["NextMarker"]}
    return None


class Endpoints:
    """Hosts by partition and region, as botocore's rule set of the service resolves them."""

    def __init__(self, session, service, model):
        loader = session.get_component("data_loader")
        self.partitions = loader.load_data("partitions")
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        self.provider = EndpointProvider(rules, self.partitions)
        self.known = set(rules["parameters"])
        self.signing = model.signing_name

    def resolve(self, region, context):
        """The host and, where it is not the region itself, the region to sign for."""
        asked = {"Region": region, "UseFIPS": False, "UseDualStack": False, **context}
        endpoint = self.provider.resolve_endpoint(**{k: v for k, v in asked.items() if k in self.known})
        host = re.fullmatch(r"https://([^/{}]+)", endpoint.url)
        if not host:
            raise Wrong(f"the endpoint `{endpoint.url}` is more than a host")
        scheme = next(iter(endpoint.properties.get("authSchemes", [])), {})
        return host[1], scheme.get("signingRegion", region)

    def table(self, context):
        out = {}
        for partition in self.partitions["partitions"]:
            found = {}
            for region in partition["regions"]:
                if region.endswith("-global"):
                    continue
                try:
                    host, signing = self.resolve(region, context)
                except BotoCoreError:
                    continue
                own = {"host": ".".join("{region}" if label == region else label for label in host.split("."))}
                if "{region}" not in own["host"] and "-" + region in host:
                    own["host"] = host.replace(region, "{region}")
                if signing != region or "{region}" not in own["host"]:
                    own["region"] = signing
                found[region] = own
            if not found:
                continue
            usual = json.loads(Counter(json.dumps(own) for own in found.values()).most_common(1)[0][0])
            leads = lambda own, region: (own["host"].replace("{region}", region), own.get("region", region))
            other = {region: own for region, own in sorted(found.items()) if leads(own, region) != leads(usual, region)}
            out[partition["id"]] = {**usual, **({"regions": other} if other else {})}
        return out


def absent(session, prefix):
    """The regions that do not have the service, as far as botocore's older list of endpoints knows."""
    regions = []
    for partition in session.get_component("data_loader").load_data("endpoints")["partitions"]:
        known = partition["services"].get(prefix)
        if known and known.get("isRegionalized", True):
            regions += [region for region in partition["regions"] if region not in known["endpoints"]]
    return sorted(regions)


def service_of(session, service, operations, list_name):
    loader = session.get_component("data_loader")
    try:
        raw = loader.load_service_model(service, "service-2")
    except Exception as error:
        raise Wrong(f"{list_name}: botocore has no service `{service}`") from error
    model = ServiceModel(raw, service)
    offered = raw["metadata"].get("protocols") or [raw["metadata"]["protocol"]]
    protocol = next((p for p in PROTOCOLS if p in offered), None)
    if protocol is None:
        raise Wrong(f"{list_name}: {service} speaks {offered}, which the client does not")
    trimmed = Trimmed(protocol, list_name)
    endpoints = Endpoints(session, service, model)
    usual = endpoints.table({})
    elsewhere = []
    paginator = paginators(session, service)
    out_operations = {}
    for name in sorted(operations):
        where = f"{list_name}:{operations[name]}"
        if name not in model.operation_names:
            raise Wrong(f"{where}: {service} has no operation `{name}`")
        operation = model.operation_model(name)
        out = operation_of(service, operation, trimmed, raw["operations"][name], pages_of(operation, paginator))
        context = {key: value["value"] for key, value in (operation.static_context_parameters and
                   raw["operations"][name]["staticContextParams"] or {}).items()}
        if service not in ("s3", "s3control") and context:
            own = endpoints.table(context)
            if own != usual:
                if own not in elsewhere:
                    elsewhere.append(own)
                out["elsewhere"] = elsewhere.index(own)
        out_operations[name] = out
    meta = raw["metadata"]
    header = {"service": service, "id": meta["serviceId"], "protocol": protocol, "version": meta["apiVersion"],
              "signing": model.signing_name, "prefix": meta["endpointPrefix"], "endpoints": usual}
    missing = absent(session, meta["endpointPrefix"])
    if missing:
        header["absent"] = missing
    if elsewhere:
        header["elsewhere"] = elsewhere
    if protocol == "json":
        header["target"] = meta["targetPrefix"]
        header["json"] = meta.get("jsonVersion", "1.0")
    return header, out_operations, trimmed.shapes


def written(header, operations, shapes):
    """One operation and one shape a line, so that a change shows as one."""
    compact = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    block = lambda items: ",\n".join(f"{json.dumps(key)}:{compact(value)}" for key, value in items)
    top = ",\n".join(f"{json.dumps(key)}:{compact(value)}" for key, value in header.items())
    return (f'{{{top},\n"operations":{{\n{block(sorted(operations.items()))}}},\n'
            f'"shapes":{{\n{block(sorted(shapes.items()))}}}}}\n')


def main():
    session = botocore.session.Session()
    path = HERE / "operations.txt"
    wanted = read_list(path)
    texts = {service: written(*service_of(session, service, operations, path.name))
             for service, operations in sorted(wanted.items())}
    for old in HERE.glob("*.json"):
        if old.stem not in texts:
            old.unlink()
    for service, text in texts.items():
        (HERE / f"{service}.json").write_text(text)
    name = lambda service: re.sub(r"[^A-Z0-9]", "_", service.upper())
    listed = "\n".join(f'    {name(service)} "{service}"' for service in texts)
    (HERE / "list.rs").write_text(f"models! {{\n{listed}\n}}\n")
    size = sum(map(len, texts.values()))
    print(f"{len(texts)} services, {sum(map(len, wanted.values()))} operations, {size // 1024} KiB")


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit(f"models: {error}")
