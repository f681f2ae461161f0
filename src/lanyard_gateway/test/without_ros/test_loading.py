"""What the gateway has in memory for as long as it runs."""

import json
import subprocess
import sys

FOR_SOME = {"alembic", "boto3", "httpx", "limits", "psycopg", "redis"}


def test_libraries_that_only_some_gateways_use_are_not_loaded_by_all():
    script = (
        "import json, sys\n"
        "import lanyard_gateway.audit.service, lanyard_gateway.doors.issuer_keys\n"
        "import lanyard_gateway.store.task_store, lanyard_gateway.web.app\n"
        "from lanyard_gateway.doors.rates import Rates\n"
        "Rates()\n"
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not FOR_SOME & set(json.loads(done.stdout))
