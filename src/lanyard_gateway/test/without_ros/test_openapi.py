"""The OpenAPI document."""

from __future__ import annotations

import json
import re

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
