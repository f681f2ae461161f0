"""Build file of lanyard_wireguard (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_wireguard"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["cryptography>=3.4", "lanyard_core", "segno>=1.4", "typer>=0.9"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description="WireGuard: keys, configurations, and the address that a bridge may listen on.",
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={"lanyard.commands": ["wireguard = lanyard_wireguard.command:app"]},
)
