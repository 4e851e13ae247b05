"""Each test fails when its patch is left out: LOCALCLOUD_WITHOUT=<patch> python -m pytest …"""

import json
import time
import uuid

import boto3
import pytest

from infra.localcloud.cloud import LocalCloud
from tests.integration.localcloud.conftest import drain, invoke, redeploy_probe
from tests.integration.localcloud.http import request

ORIGIN = "http://127.0.0.1:8000"


def put(table: str, sk: str, pk: str = "", **attributes: object) -> str:
    pk = pk or uuid.uuid4().hex
    boto3.resource("dynamodb").Table(table).put_item(Item={"pk": pk, "sk": sk, **attributes})
    return pk


def keys_seen(queue: str, count: int, pk: str, seconds: float = 15) -> list[str]:
    seen: list[str] = []
    deadline = time.monotonic() + seconds
    while len(seen) < count and time.monotonic() < deadline:
        seen += [message["sk"] for message in drain(queue, 1, 1) if message["pk"] == pk]
    return seen


class TestStreamMappings:
    def test_record_reported_as_failed_is_set_aside_and_its_followers_arrive(
        self, probe: dict[str, str]
    ) -> None:
        pk = put(probe["Table"], "1 before")
        put(probe["Table"], "2 poison", pk, poison="report")
        put(probe["Table"], "3 after", pk)

        assert sorted(set(keys_seen(probe["Seen"], 2, pk))) == ["1 before", "3 after"]
        (pointer,) = drain(probe["SetAside"], 1)
        assert pointer["requestContext"]["condition"] == "RetryAttemptsExhausted"
        assert pointer["DDBStreamBatchInfo"]["batchSize"] == 1

    def test_batch_that_raises_is_halved_until_only_the_poison_is_set_aside(
        self, probe: dict[str, str]
    ) -> None:
        pk = uuid.uuid4().hex
        with boto3.resource("dynamodb").Table(probe["Table"]).batch_writer() as batch:
            for number in range(9):
                poison = {"poison": "raise"} if number == 4 else {}
                batch.put_item(Item={"pk": pk, "sk": str(number), **poison})

        expected = {str(number) for number in range(9)} - {"4"}
        seen: set[str] = set()
        deadline = time.monotonic() + 20
        while seen != expected and time.monotonic() < deadline:
            seen |= set(keys_seen(probe["Seen"], 1, pk, 1))
        assert seen == expected
        (pointer,) = drain(probe["SetAside"], 1)
        assert pointer["DDBStreamBatchInfo"]["batchSize"] == 1

    def test_slow_consumer_does_not_delay_another_table(self, probe: dict[str, str]) -> None:
        pk = put(probe["Table"], "slow", slow=4)
        time.sleep(0.3)
        put(probe["OtherTable"], "quick", pk)
        assert keys_seen(probe["Seen"], 2, pk) == ["quick", "slow"]


class TestErrorTypes:
    def test_failed_function_names_its_exception(self, probe: dict[str, str]) -> None:
        error, answer = invoke(probe["WorkFunction"], {"raise": True})
        assert error == "Unhandled"
        assert answer["errorType"] == "OutOfStock"
        assert answer["errorMessage"] == "none left"
        assert answer["stackTrace"][-1] == "probe_function.OutOfStock: none left"

    def test_function_that_answers_has_no_error(self, probe: dict[str, str]) -> None:
        assert invoke(probe["WorkFunction"], {}) == (None, "done")


class TestApiImport:
    def url(self, cloud: LocalCloud, probe: dict[str, str], path: str) -> str:
        return f"{cloud.endpoint}/_aws/execute-api/{probe['ApiId']}/probe{path}"

    def test_preflight_is_answered_with_the_cors_headers_of_the_template(
        self, cloud: LocalCloud, probe: dict[str, str]
    ) -> None:
        status, headers, _ = request(
            "OPTIONS",
            self.url(cloud, probe, "/one"),
            {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"},
        )
        assert status == 200
        assert headers["access-control-allow-origin"] == ORIGIN
        assert headers["access-control-allow-headers"] == "Authorization,Content-Type"

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_any_method_reaches_its_function(
        self, cloud: LocalCloud, probe: dict[str, str], method: str
    ) -> None:
        status, _, body = request(method, self.url(cloud, probe, "/any/thing"))
        assert (status, json.loads(body)) == (200, {"method": method})

    def test_unknown_route_is_answered_by_the_gateway_response_of_the_template(
        self, cloud: LocalCloud, probe: dict[str, str]
    ) -> None:
        status, headers, body = request("GET", self.url(cloud, probe, "/nowhere"))
        assert (status, json.loads(body)) == (404, {"error": {"code": "not_found"}})
        assert headers["access-control-allow-origin"] == ORIGIN


class TestTableSettings:
    def test_time_to_live_and_recovery_follow_the_template(self, probe: dict[str, str]) -> None:
        dynamodb = boto3.client("dynamodb")
        ttl = dynamodb.describe_time_to_live(TableName=probe["Table"])["TimeToLiveDescription"]
        assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
        backups = dynamodb.describe_continuous_backups(TableName=probe["Table"])
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"

    def test_time_to_live_follows_a_changed_template(self, probe: dict[str, str]) -> None:
        dynamodb = boto3.client("dynamodb")
        redeploy_probe(TimeToLive="false")
        ttl = dynamodb.describe_time_to_live(TableName=probe["Table"])["TimeToLiveDescription"]
        assert ttl["TimeToLiveStatus"] == "DISABLED"
        redeploy_probe(TimeToLive="true")


class TestStackSecrets:
    def test_reference_is_the_arn_that_roles_are_given(self, probe: dict[str, str]) -> None:
        found = boto3.client("secretsmanager").describe_secret(SecretId=probe["SecretArn"])
        assert probe["SecretArn"] == found["ARN"]

    def test_generated_text_excludes_what_the_template_excludes(
        self, probe: dict[str, str]
    ) -> None:
        kept = boto3.client("secretsmanager").get_secret_value(SecretId=probe["SecretArn"])
        text = json.loads(kept["SecretString"])["1"]
        assert text.isalnum()

    def test_secret_outlives_an_update_of_its_stack(self, probe: dict[str, str]) -> None:
        secrets = boto3.client("secretsmanager")
        before = secrets.get_secret_value(SecretId=probe["SecretArn"])["SecretString"]
        assert redeploy_probe(TimeToLive="false")["SecretArn"] == probe["SecretArn"]
        redeploy_probe(TimeToLive="true")
        assert secrets.get_secret_value(SecretId=probe["SecretArn"])["SecretString"] == before


class TestMediaViewers:
    def test_browser_on_this_machine_sees_media_over_http(
        self, cloud: LocalCloud, probe: dict[str, str]
    ) -> None:
        key = f"banners/{uuid.uuid4().hex}.txt"
        boto3.client("s3").put_object(Bucket=probe["MediaBucket"], Key=key, Body=b"seen")
        label = probe["DistributionDomain"].split(".")[0]
        status, _, body = request(
            "GET", f"{cloud.endpoint}/{key}", {"Host": f"{label}.cloudfront.localhost:{cloud.port}"}
        )
        assert (status, body) == (200, b"seen")

    def test_other_viewers_are_sent_to_https_as_on_aws(
        self, cloud: LocalCloud, probe: dict[str, str]
    ) -> None:
        status, headers, _ = request(
            "GET", f"{cloud.endpoint}/any", {"Host": probe["DistributionDomain"]}
        )
        assert status == 301
        assert headers["location"] == f"https://{probe['DistributionDomain']}/any"
