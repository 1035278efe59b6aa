"""Puts what was built into one folder for each version: zips, template, command, the deployment's program, checksums.

`sha256sum --check SHA256SUMS` in the folder verifies it; `python3 deploy.py --zips . --bucket …` there deploys it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

from deployment import packages

HERE = Path(__file__).resolve().parent
SUMS = "SHA256SUMS"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, required=True, help="folder of NAME/bootstrap.zip")
    parser.add_argument("--command", type=Path, required=True, help="the command's binary")
    parser.add_argument("--out", type=Path, required=True, help="the release's folder, which is made anew")
    arguments = parser.parse_args()
    templates = [HERE / "template.yaml", HERE / "hunt.yaml"]
    names = [name for template in templates for name in packages.functions(template.read_text())]
    built = {name: arguments.zips / name / "bootstrap.zip" for name in names}
    missing = [str(path) for path in [*built.values(), arguments.command] if not path.is_file()]
    if missing:
        print("release: not built: " + ", ".join(missing), file=sys.stderr)
        return 1
    out = arguments.out
    shutil.rmtree(out, ignore_errors=True)
    (out / "deployment").mkdir(parents=True)
    for name, path in built.items():
        shutil.copyfile(path, out / f"{name}.zip")
    shutil.copy(arguments.command, out / "riposte")
    for path in [*templates, HERE / "deploy.py", *(HERE / "deployment").glob("*.py")]:
        shutil.copyfile(path, out / path.relative_to(HERE))
    files = sorted(path for path in out.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out)}\n" for path in files]
    (out / SUMS).write_text("".join(lines))
    print(f"{out}: {len(files)} files, checksums in {SUMS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
