"""What each role may do: exactly what its function does, named without wildcards."""

from collections.abc import Iterator
from typing import Any

from tests.support.templates import FUNCTIONS, TEMPLATES, resources, single, texts

# Rights that cannot be narrower, each with its reason.
WIDE_RESOURCES = {
    "*",  # X-Ray and phone numbers are no resources; only policies of their own have it (below)
    "arn:${AWS::Partition}:sns:*:*:*",  # denied: who sends SMS reaches no topic
    "${MediaBucketArn}/uploads/*",  # an upload's key is made when it is offered
    "${MediaBucketArn}/uploads/put/*",  # … for the one who checks it, too
    "${MediaBucketArn}/banners/*",  # … and a banner's when the upload proved an image
    "${FilesBucketArn}/jobs/*",  # a job's id is made when it is started
    "${MediaBucket.Arn}/banners/*",  # CloudFront reads every banner …
    "${StaticBucket.Arn}/static/*",  # … and every static file, and nothing beside them
}


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for stack in TEMPLATES:
        for name, resource in single(stack).items():
            properties = resource.get("Properties", {})
            documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
            if resource["Type"] == "AWS::IAM::Role":
                documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            for document in documents:
                for statement in document["Statement"]:
                    yield f"{stack}.{name}", statement


def test_rights_name_actions_and_resources_without_wildcards():
    wide = {text for _, s in statements() for text in texts(s["Resource"]) if "*" in text}
    bare = {where for where, s in statements() if "*" in set(texts(s["Resource"]))}
    actions = {action for _, s in statements() for action in texts(s["Action"])}

    assert wide == WIDE_RESOURCES
    assert bare == {
        "api.TracingPolicy",
        "streams.TracingPolicy",
        "portal.TracingPolicy",
        "streams.SmsPolicy",
    }
    assert {action for action in actions if "*" in action} == set()


def test_each_role_belongs_to_one_function():
    for stack in ("api", "streams"):
        functions = [body for place, body in FUNCTIONS.values() if place == stack]
        assert sorted(body["Role"]["Fn::GetAtt"][0] for body in functions) == sorted(
            resources(stack, "AWS::IAM::Role")
        )


def test_only_the_list_of_users_is_scanned():
    scanning = {where for where, s in statements() if "dynamodb:Scan" in texts(s["Action"])}

    assert scanning == {"api.UsersRole"}


def test_public_reads_may_write_nothing():
    role = resources("api", "AWS::IAM::Role")["PublicEventsRole"]
    actions = {a for s in role["Policies"][0]["PolicyDocument"]["Statement"] for a in s["Action"]}

    assert {action for action in actions if action.startswith("dynamodb:")} == {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
    }


def test_media_is_read_from_uploads_and_written_to_banners():
    rights: dict[str, dict[str, set[str]]] = {}
    for where, statement in statements():
        for resource in texts(statement["Resource"]):
            if resource.startswith("${MediaBucketArn}/"):
                place = resource.removeprefix("${MediaBucketArn}/")
                rights.setdefault(where, {})[place] = set(texts(statement["Action"]))

    handled = {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"}
    assert rights == {
        "api.EventsRole": {"uploads/*": handled, "banners/*": handled - {"s3:GetObject"}},
        "streams.UploadsRole": {
            "uploads/put/*": handled - {"s3:PutObject"},
            "banners/*": handled - {"s3:GetObject"},
        },
        # The portal copies events, too.
        "portal.PortalRole": {"uploads/*": handled, "banners/*": handled},
    }
