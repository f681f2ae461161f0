import pytest

from lanyard_core.stream.channel import (
    Channel,
    CloseCode,
    Encoding,
    chosen_encoding,
    subprotocol,
    subprotocols,
)


def test_the_subprotocols_of_the_command_channel_are_the_documented_ones():
    assert subprotocols(Channel.COMMAND) == (
        "lanyard.command.v1+msgpack",
        "lanyard.command.v1+cbor",
        "lanyard.command.v1+json",
    )


def test_the_first_offered_subprotocol_that_is_known_is_chosen():
    offered = ["chat", "lanyard.command.v1+json", "lanyard.command.v1+msgpack"]
    assert chosen_encoding(Channel.COMMAND, offered) is Encoding.JSON


@pytest.mark.parametrize(
    "offered", [[], ["lanyard.telemetry.v1+json"], ["lanyard.command.v2+json"]]
)
def test_another_channels_subprotocol_is_not_chosen(offered):
    assert chosen_encoding(Channel.COMMAND, offered) is None


def test_only_json_travels_as_text():
    assert [encoding for encoding in Encoding if encoding.is_text] == [Encoding.JSON]


def test_a_close_reason_is_the_name_of_its_code():
    assert CloseCode.PING_TIMEOUT.reason == "ping_timeout"
    assert subprotocol(Channel.TELEMETRY, Encoding.CBOR) == "lanyard.telemetry.v1+cbor"
