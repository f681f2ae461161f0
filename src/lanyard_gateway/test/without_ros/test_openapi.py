"""The OpenAPI document."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from lanyard_gateway.web import examples

REF = re.compile(r'"\$ref": ?"#/components/schemas/([^"]+)"')


async def test_it_is_openapi_3_1_and_needs_no_key(house):
    for path in ("/openapi.json", "/api/v1/openapi.json"):
        answer = await house.call("GET", path, role=None)
        assert answer.json()["openapi"].startswith("3.1")


async def test_it_is_the_same_bytes_from_every_start(build):
    texts = set()
    for _ in range(2):
        async with build() as house:
            texts.add((await house.call("GET", "/openapi.json", role=None)).text)
    assert len(texts) == 1


async def test_every_error_is_documented_as_problem_details_and_nothing_else(house):
    made = (await house.call("GET", "/openapi.json")).json()
    for operations in made["paths"].values():
        for operation in operations.values():
            [media_type] = operation["responses"]["default"]["content"]
            assert media_type == "application/problem+json"
            assert "422" not in operation["responses"]
    assert "HTTPValidationError" not in made["components"]["schemas"]


async def test_every_reference_leads_somewhere(house):
    text = json.dumps((await house.call("GET", "/openapi.json")).json())
    schemas = json.loads(text)["components"]["schemas"]
    assert set(REF.findall(text)) <= set(schemas)


async def test_every_operation_has_a_name_of_its_own_and_a_description(house):
    made = (await house.call("GET", "/openapi.json")).json()
    operations = [each for path in made["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert all(operation["description"] for operation in operations)


async def test_the_lock_is_shown_on_what_needs_a_key(house):
    made = (await house.call("GET", "/openapi.json")).json()
    assert made["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    assert made["paths"]["/api/v1/tasks"]["post"]["security"] == [{"apiKey": []}]
    assert "security" not in made["paths"]["/api/v1/healthz"]["get"]


def described(made: dict) -> dict[str, dict]:
    """Every schema of a body or of a part of one; words are their own example."""
    schemas = made["components"]["schemas"]
    return {name: schema for name, schema in schemas.items() if "enum" not in schema}


async def test_every_schema_has_an_example_that_fits_it(house):
    made = (await house.call("GET", "/openapi.json")).json()
    missing = [name for name, schema in described(made).items() if "examples" not in schema]
    assert missing == [], "give these an example in lanyard_gateway/web/examples.py"
    for name, schema in described(made).items():
        whole = {"components": made["components"], "$ref": f"#/components/schemas/{name}"}
        for example in schema["examples"]:
            problems = [e.message for e in Draft202012Validator(whole).iter_errors(example)]
            assert problems == [], name


async def test_an_example_shows_every_field(house):
    made = (await house.call("GET", "/openapi.json")).json()
    optional = {"KeyWish", "EditTask", "SubmitTask", "Problem"}
    for name, schema in described(made).items():
        if name not in optional:
            shown = set(schema["examples"][0])
            assert set(schema["properties"]) <= shown, name


async def test_every_parameter_has_an_example(house):
    made = (await house.call("GET", "/openapi.json")).json()
    missing = {
        parameter["name"]
        for path in made["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
        if "example" not in parameter
    }
    assert missing == set(), "give these an example in lanyard_gateway/web/examples.py"


async def test_no_example_is_left_over(house):
    made = (await house.call("GET", "/openapi.json")).json()
    assert set(examples.BODIES) <= set(made["components"]["schemas"])
