"""The AsyncAPI document: there, always the same, valid, and about all that can be sent."""

from __future__ import annotations

import json
import warnings

import pytest

from lanyard_core.stream.channel import Channel, Encoding
from lanyard_core.wire.catalogue import messages
from lanyard_gateway.web.asyncapi import document

with warnings.catch_warnings():  # its models shadow names of pydantic's
    warnings.simplefilter("ignore")
    from asyncapi3.models.asyncapi import AsyncAPI3

PATHS = ["/asyncapi.json", "/api/v1/asyncapi.json"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_document_is_served_without_a_key(house, path):
    answer = await house.call("GET", path, role=None)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["info"]["version"] == "1.2.3"


async def test_the_document_is_the_same_bytes_every_time(house):
    first, second = [await house.call("GET", PATHS[0], role=None) for _ in range(2)]
    assert first.content == second.content
    assert json.dumps(document(version="1")) == json.dumps(document(version="1"))


def test_the_document_is_valid_asyncapi_3():
    found = AsyncAPI3.model_validate(document(version="1.2.3"))
    assert found.asyncapi == "3.0.0"


def test_every_reference_leads_somewhere():
    made = document(version="1")

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = set(references(made))
    assert len(found) > 20
    for reference in found:
        place = made
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_message_is_sent_in_one_direction_on_its_channels():
    made = document(version="1")
    assert len(made["components"]["messages"]) == len(messages())
    used = [
        reference["$ref"].rsplit("/", 1)[1]
        for operation in made["operations"].values()
        for reference in operation["messages"]
    ]
    assert set(used) == set(made["components"]["messages"])


def test_every_socket_is_there_with_its_subprotocols(house):
    made = document(version="1")
    addresses = {channel["address"] for channel in made["channels"].values()}
    assert addresses == {
        "/ws/command/{robot_id}", "/ws/telemetry/{robot_id}", "/ws/telemetry", "/ws/events",
    }  # fmt: skip
    text = json.dumps(made["channels"])
    for channel in Channel:
        for encoding in Encoding:
            assert f"{channel.value}+{encoding.value}" in text
