"""What is uploaded: a zip file for each function, with the user's rules beside the program, and the template.

The files go under a prefix made of their contents: CloudFormation does not see new content under an old key, and the same
content need not be uploaded twice.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from . import DeployError


@dataclass(frozen=True)
class Upload:
    """All objects by key, and the prefix that the template's parameter names."""

    prefix: str
    objects: dict[str, bytes]

    @property
    def template_key(self) -> str:
        return f"{self.prefix}/template.yaml"


def functions(template: str) -> list[str]:
    """The functions, as the template names their zip files; the dashboard's in quotes."""
    return re.findall(r"Key: !Sub '?\$\{CodePrefix\}/([a-z-]+)\.zip", template)


def pack(zips: Path, template: str, rules: Path | None) -> Upload:
    """The objects to upload. `zips` holds NAME/bootstrap.zip, as they are built, or NAME.zip, as a release has them."""
    found, missing = {}, []
    for name in functions(template):
        places = [zips / name / "bootstrap.zip", zips / f"{name}.zip"]
        built = next((path for path in places if path.is_file()), None)
        if built is None:
            missing.append(str(places[0]))
        else:
            found[name] = built
    if missing:
        raise DeployError("not built: " + ", ".join(missing) + ": run `make release`")
    files = read_rules(rules) if rules else {}
    packages = {name: _package(path, files) for name, path in found.items()}
    digest = hashlib.sha256()
    for content in [*packages.values(), template.encode()]:
        digest.update(content)
    prefix = "riposte/" + digest.hexdigest()[:16]
    objects = {f"{prefix}/{name}.zip": content for name, content in packages.items()}
    return Upload(prefix, objects | {f"{prefix}/template.yaml": template.encode()})


def read_rules(folder: Path) -> dict[str, bytes]:
    """The rule files of a folder, by their place in the package."""
    if not folder.is_dir():
        raise DeployError(f"RULES: there is no folder `{folder}`")
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml"))
    if not files:
        raise DeployError(f"RULES: there are no rules (.yml, .yaml) in `{folder}`")
    return {f"rules/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def _package(built: Path, rules: dict[str, bytes]) -> bytes:
    """The zip file as it was built, with the rules beside the program. The same content makes the same bytes."""
    if not rules:
        return built.read_bytes()
    package = io.BytesIO(built.read_bytes())
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in rules.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return package.getvalue()


def without_dashboard_url(template: str) -> str:
    """The template for a region that has no function URLs: without that resource, and without the output that names it."""
    for heading in ("DashboardFunctionUrl", "DashboardUrl"):
        template, count = re.subn(rf"(?m)^  {heading}:\n(?:    .*\n)+\n?", "", template)
        assert count == 1, heading
    return template
