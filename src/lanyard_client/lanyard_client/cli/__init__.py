"""The ``lanyard`` command line. Needs typer and rich: ``pip install 'lanyard_client[cli]'``.

``app`` puts the commands together, ``run`` turns what may go wrong into one line and an exit code.
Nothing here may print an API key.
"""
