"""Build file of lanyard_client (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_client"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["lanyard_core", "cryptography>=3.4", "httpx>=0.23", "websockets>=15"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description="Python client for the far end: no ROS.",
    license="Apache-2.0",
    extras_require={"cli": ["rich>=12", "typer>=0.9"], "test": ["pytest"]},
    entry_points={"console_scripts": ["lanyard = lanyard_client.cli.main:main"]},
)
