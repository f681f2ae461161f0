"""The schemas of frames: as strict as the readers, true of every example, and in words."""

import json

import jsonschema
import msgpack
import pytest

from lanyard_core.stream.channel import Channel
from lanyard_core.stream.codecs import CODECS
from lanyard_core.wire.bad_frames import BAD_EVERYWHERE, BAD_FRAMES
from lanyard_core.wire.catalogue import messages
from lanyard_core.wire.words import FIELDS

MESSAGES = messages()
# What a schema of one frame cannot know: which robots there are, and what a word stands for.
BEYOND_SCHEMAS = {
    "unknown_field", "unknown_robot", "unknown_type", "rate_out_of_range", "too_large",
}  # fmt: skip
WRONG_INDEX = "packed, in a frame that there is not"


def ids(message):
    return f"{message.channel.name.lower()}-{message.from_client}-{message.kind}"


def validators(channel):
    return [
        jsonschema.Draft7Validator(m.schema)
        for m in MESSAGES
        if m.channel is channel and m.from_client
    ]


def properties_of(schema):
    """Every property at any depth, by its name."""
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        yield from properties_of(inner)
    if isinstance(schema.get("items"), dict):
        yield from properties_of(schema["items"])


@pytest.mark.parametrize("message", MESSAGES, ids=ids)
def test_a_schema_is_one_and_its_examples_fit(message):
    jsonschema.Draft7Validator.check_schema(message.schema)
    validator = jsonschema.Draft7Validator(message.schema)
    assert message.examples
    for example in message.examples:
        validator.validate(json.loads(json.dumps(example)))


@pytest.mark.parametrize("message", MESSAGES, ids=ids)
def test_every_field_has_its_words(message):
    for name, schema in properties_of(message.schema):
        assert schema["description"], name


def test_no_words_are_left_of_fields_that_are_gone():
    used = {name for message in MESSAGES for name, _ in properties_of(message.schema)}
    assert set(FIELDS) - used == set()


@pytest.mark.parametrize("channel", list(Channel))
def test_what_a_reader_refuses_no_schema_lets_through(channel):
    known = validators(channel)
    for bad in (*BAD_FRAMES[channel], *BAD_EVERYWHERE):
        value = msgpack.unpackb(msgpack.packb(bad.value))
        accepted = [validator.schema for validator in known if validator.is_valid(value)]
        if bad.code in BEYOND_SCHEMAS or bad.why == WRONG_INDEX:
            continue
        assert accepted == [], bad.why


@pytest.mark.parametrize("channel", list(Channel))
def test_each_frame_of_a_client_fits_one_schema_only(channel):
    known = validators(channel)
    for message in MESSAGES:
        if message.channel is channel and message.from_client:
            for example in message.examples:
                assert sum(validator.is_valid(example) for validator in known) == 1


def test_every_message_can_be_written_in_every_encoding():
    for message in MESSAGES:
        for codec in CODECS.values():
            assert all(codec.encode(example) for example in message.examples)
