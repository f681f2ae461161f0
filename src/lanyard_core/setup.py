"""Build file of lanyard_core (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_core"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["msgpack>=1.0", "cbor2>=6.2", "orjson>=3.6"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description=(
        "Rules of Lanyard without ROS, web, threads or clock: safety, stream, "
        "task, telemetry, access."
    ),
    license="Apache-2.0",
    # The client, which is installed with pip at the far end, judges no task parameters.
    extras_require={"tasks": ["jsonschema>=3.2"], "test": ["pytest"]},
)
