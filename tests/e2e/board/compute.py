"""Functions, layers and instances that run what they should not, or for whom they should not."""

from __future__ import annotations

import json
import io
import zipfile

import trace
from board.identity import a_role
from board.table import OUTSIDE, OUTSIDER, Attack, Make, Thing, World, absent, name


def a_function(w: World) -> Thing:
    made = w.owner("lambda").create_function(
        FunctionName=name("function"),
        Runtime="python3.12",
        Handler="index.handler",
        Role="arn:aws:iam::123456789012:role/app-server",
        Code={"ZipFile": _zip("index.py", "def handler(event, context):\n    return 1\n")},
    )
    return {"function": made["FunctionName"], "arn": made["FunctionArn"]}


def function_policy(w: World, thing: Thing) -> object:
    read = w.owner("lambda").get_policy
    told = absent(lambda: json.loads(read(FunctionName=thing["function"])["Policy"])["Statement"])
    # The number of an account and its ARN are the same principal, and the emulator keeps whichever it was given.
    return json.loads(json.dumps(told).replace(f'"{OUTSIDE}"', f'"{OUTSIDER}"')) or None


def permit(by: str = "function", **more) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call(
            "lambda",
            "AddPermission",
            FunctionName=thing[by],
            StatementId="more",
            **{"Action": "lambda:InvokeFunction"} | more,
        )

    return make


def function_url(w: World, thing: Thing) -> object:
    return absent(lambda: w.owner("lambda").get_function_url_config(FunctionName=thing["function"])["AuthType"])


def create_url(auth: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("lambda", "CreateFunctionUrlConfig", FunctionName=thing["function"], AuthType=auth)

    return make


def a_function_with_url(w: World) -> Thing:
    thing = a_function(w)
    w.owner("lambda").create_function_url_config(FunctionName=thing["function"], AuthType="AWS_IAM")
    return thing


def update_url(**change) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("lambda", "UpdateFunctionUrlConfig", FunctionName=thing["function"], **change)

    return make


def concurrency(w: World, thing: Thing) -> object:
    return w.owner("lambda").get_function_concurrency(FunctionName=thing["function"]).get("ReservedConcurrentExecutions")


def add_layer(owner: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        layer = f"arn:aws:lambda:us-east-1:{owner}:layer:extension:1"
        w.call("lambda", "UpdateFunctionConfiguration", FunctionName=thing["function"], Layers=[layer])

    return make


def stopped(_before, _attacked, after) -> bool:
    return after == 0


def a_layer(w: World) -> Thing:
    made = w.owner("lambda").publish_layer_version(LayerName=name("layer"), Content={"ZipFile": _zip("python/more.py", "")})
    return {"layer": made["LayerArn"].rsplit(":", 1)[1], "version": made["Version"]}


def _zip(file: str, text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(file, text)
    return packed.getvalue()


def layer_policy(w: World, thing: Thing) -> object:
    read = w.owner("lambda").get_layer_version_policy
    told = absent(
        lambda: json.loads(read(LayerName=thing["layer"], VersionNumber=thing["version"])["Policy"])["Statement"]
    )
    return told or None


def permit_layer(who: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call(
            "lambda",
            "AddLayerVersionPermission",
            LayerName=thing["layer"],
            VersionNumber=thing["version"],
            StatementId="more",
            Action="lambda:GetLayerVersion",
            Principal=who,
        )

    return make


def an_instance(w: World) -> Thing:
    ec2, iam = w.owner("ec2"), w.owner("iam")
    profiles = {}
    for profile in ("plain", "admin"):
        profiles[profile] = name(profile)
        iam.create_instance_profile(InstanceProfileName=profiles[profile])
        role = a_role(w)["name"]
        iam.add_role_to_instance_profile(InstanceProfileName=profiles[profile], RoleName=role)
    (instance,) = ec2.run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1
    )["Instances"]
    made = ec2.associate_iam_instance_profile(
        IamInstanceProfile={"Name": profiles["plain"]}, InstanceId=instance["InstanceId"]
    )["IamInstanceProfileAssociation"]
    return {"instance": instance["InstanceId"], "association": made["AssociationId"]} | profiles


def instance_profile(w: World, thing: Thing) -> object:
    told = w.owner("ec2").describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [thing["instance"]]}]
    )["IamInstanceProfileAssociations"]
    mine = [one for one in told if one["InstanceId"] == thing["instance"] and one["State"] != "disassociated"]
    return sorted(one["IamInstanceProfile"]["Arn"].rsplit("/", 1)[1] for one in mine)


def replace_profile(w: World, thing: Thing) -> None:
    request = {"IamInstanceProfile": {"Name": thing["admin"]}, "AssociationId": thing["association"]}
    answer, record = trace.call(
        w.emulator,
        w.actor,
        "ec2",
        "ReplaceIamInstanceProfileAssociation",
        {"ReplaceIamInstanceProfileAssociationRequest": request},
        **request,
    )
    told = answer["IamInstanceProfileAssociation"]
    record["responseElements"] = {
        "ReplaceIamInstanceProfileAssociationResponse": {
            "iamInstanceProfileAssociation": {
                "associationId": told["AssociationId"],
                "instanceId": thing["instance"],
                "state": "associating",
                "iamInstanceProfile": {"arn": told["IamInstanceProfile"]["Arn"], "id": "AIPAEXAMPLE"},
            }
        }
    }
    w.records.append(record)


def tag_instance(w: World, thing: Thing) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    shown = {
        "resourcesSet": {"items": [{"resourceId": thing["instance"]}]},
        "tagSet": {"items": [{"key": "team", "value": "a"}]},
    }
    w.call("ec2", "CreateTags", shown, Resources=[thing["instance"]], Tags=tags)


def not_the_new_profile(_before, _attacked, after) -> bool:
    return not any(one.startswith("admin") for one in after)


def a_pool(w: World) -> Thing:
    made = w.owner("cognito-identity").create_identity_pool(
        IdentityPoolName=name("pool").replace("-", "_"), AllowUnauthenticatedIdentities=False
    )
    return {"pool": made["IdentityPoolId"], "named": made["IdentityPoolName"]}


def guests(w: World, thing: Thing) -> object:
    read = w.owner("cognito-identity").describe_identity_pool
    return read(IdentityPoolId=thing["pool"])["AllowUnauthenticatedIdentities"]


def set_guests(allowed: bool) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call(
            "cognito-identity",
            "UpdateIdentityPool",
            IdentityPoolId=thing["pool"],
            IdentityPoolName=thing["named"],
            AllowUnauthenticatedIdentities=allowed,
        )

    return make


ATTACKS = [
    Attack(
        "function-public",
        a_function,
        permit(Principal="*"),
        function_policy,
        permit(Principal="s3.amazonaws.com", SourceAccount="123456789012", SourceArn="arn:aws:s3:::uploads"),
        technique="persistence.lambda-backdoor-function",
    ),
    Attack("function-for-account", a_function, permit(Principal=OUTSIDE), function_policy, permit(Principal="123456789012")),
    Attack("function-for-account-by-arn", a_function, permit("arn", Principal=OUTSIDER), function_policy, permit(Principal="arn:aws:iam::123456789012:root")),
    Attack(
        "function-url-permission",
        a_function,
        permit(Principal="*", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"),
        function_policy,
        permit(Principal="123456789012", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM"),
    ),
    Attack("function-url-made-open", a_function, create_url("NONE"), function_url, create_url("AWS_IAM"), lambda _b, _a, after: after != "NONE"),
    Attack("function-url-opened", a_function_with_url, update_url(AuthType="NONE"), function_url, update_url(InvokeMode="BUFFERED")),
    Attack(
        "layer-from-outside",
        a_function,
        add_layer(OUTSIDE),
        concurrency,
        lambda w, thing: w.call("lambda", "UpdateFunctionConfiguration", FunctionName=thing["function"], Timeout=9),
        stopped,
        "persistence.lambda-layer-extension",
        asks=True,
    ),
    Attack("layer-public", a_layer, permit_layer("*"), layer_policy, permit_layer("123456789012")),
    Attack("instance-profile-replaced", an_instance, replace_profile, instance_profile, tag_instance, not_the_new_profile, asks=True),
    Attack("pool-open-to-guests", a_pool, set_guests(True), guests, set_guests(False), asks=True),
]
