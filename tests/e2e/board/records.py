"""What keeps the records, switched off."""

from __future__ import annotations

import json

from board.table import Attack, Make, Thing, World, name


def a_trail(w: World, **more) -> Thing:
    trail, bucket = name("trail"), name("trail-logs")
    w.owner("s3").create_bucket(Bucket=bucket)
    made = w.owner("cloudtrail").create_trail(Name=trail, S3BucketName=bucket, IsMultiRegionTrail=True)
    w.owner("cloudtrail").start_logging(Name=trail)
    return {"trail": trail, "arn": made["TrailARN"]}


def logging(w: World, thing: Thing) -> object:
    return w.owner("cloudtrail").get_trail_status(Name=thing["trail"])["IsLogging"]


def stop_trail(by: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("cloudtrail", "StopLogging", Name=thing[by])

    return make


def start_trail(w: World, thing: Thing) -> None:
    w.call("cloudtrail", "StartLogging", Name=thing["trail"])


def selectors(w: World, thing: Thing) -> object:
    told = w.owner("cloudtrail").get_event_selectors(TrailName=thing["trail"])
    return {
        "events": told.get("EventSelectors") or None,
        "advanced": told.get("AdvancedEventSelectors") or None,
    }


def put_selectors(**selector) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("cloudtrail", "PutEventSelectors", TrailName=thing["trail"], EventSelectors=[selector])

    return make


def put_advanced(*fields: dict) -> Make:
    def make(w: World, thing: Thing) -> None:
        selector = {"Name": "all", "FieldSelectors": list(fields)}
        w.call("cloudtrail", "PutEventSelectors", TrailName=thing["trail"], AdvancedEventSelectors=[selector])

    return make


def records_all(_before, _attacked, after) -> bool:
    """Management events of both kinds are recorded, whichever form says it."""
    old = after["events"] or []
    advanced = json.dumps(after["advanced"] or [])
    whole = [one for one in old if one.get("IncludeManagementEvents") and one.get("ReadWriteType") == "All"]
    return bool(whole) or ("Management" in advanced and "readOnly" not in advanced)


def regions(w: World, thing: Thing) -> object:
    (found,) = w.owner("cloudtrail").describe_trails(trailNameList=[thing["trail"]])["trailList"]
    return found["IsMultiRegionTrail"]


def update_trail(**change) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("cloudtrail", "UpdateTrail", Name=thing["trail"], **change)

    return make


def a_rule(w: World) -> Thing:
    rule = name("rule")
    w.owner("events").put_rule(Name=rule, EventPattern='{"source":["aws.guardduty"]}', State="ENABLED")
    return {"rule": rule}


def rule_state(w: World, thing: Thing) -> object:
    return w.owner("events").describe_rule(Name=thing["rule"])["State"]


def disable_rule(w: World, thing: Thing) -> None:
    w.call("events", "DisableRule", Name=thing["rule"])


def enable_rule(w: World, thing: Thing) -> None:
    w.call("events", "EnableRule", Name=thing["rule"])


def a_recorder(w: World) -> Thing:
    config, recorder = w.owner("config"), name("recorder")
    w.owner("s3").create_bucket(Bucket=(bucket := name("config-logs")))
    role = "arn:aws:iam::123456789012:role/app-server"
    config.put_configuration_recorder(ConfigurationRecorder={"name": recorder, "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": name("channel"), "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName=recorder)
    return {"recorder": recorder}


def recording(w: World, thing: Thing) -> object:
    told = w.owner("config").describe_configuration_recorder_status(
        ConfigurationRecorderNames=[thing["recorder"]]
    )["ConfigurationRecordersStatus"]
    return [one["recording"] for one in told]


def stop_recorder(w: World, thing: Thing) -> None:
    w.call("config", "StopConfigurationRecorder", ConfigurationRecorderName=thing["recorder"])


def start_recorder(w: World, thing: Thing) -> None:
    w.call("config", "StartConfigurationRecorder", ConfigurationRecorderName=thing["recorder"])


MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
ATTACKS = [
    Attack("trail-stopped", a_trail, stop_trail("arn"), logging, start_trail, technique="defense-evasion.cloudtrail-stop"),
    Attack("trail-stopped-by-name", a_trail, stop_trail("trail"), logging, start_trail),
    Attack(
        "trail-narrowed",
        a_trail,
        put_selectors(ReadWriteType="ReadOnly", IncludeManagementEvents=False, DataResources=[]),
        selectors,
        put_selectors(ReadWriteType="All", IncludeManagementEvents=True, DataResources=[{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]),
        records_all,
        "defense-evasion.cloudtrail-event-selectors",
    ),
    Attack(
        "trail-narrowed-by-fields",
        a_trail,
        put_advanced(MANAGEMENT, {"Field": "readOnly", "Equals": ["true"]}),
        selectors,
        put_advanced(MANAGEMENT),
        records_all,
    ),
    Attack("trail-made-regional", a_trail, update_trail(IsMultiRegionTrail=False), regions, update_trail(EnableLogFileValidation=True)),
    Attack("rule-disabled", a_rule, disable_rule, rule_state, enable_rule),
    Attack("recorder-stopped", a_recorder, stop_recorder, recording, start_recorder),
]
