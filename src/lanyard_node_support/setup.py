"""Build file of lanyard_node_support (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_node_support"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "fastdds/*.xml", "py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description=(
        "What every Lanyard node shares: declared parameters, names, QoS, "
        "message conversion, run loop."
    ),
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={"lanyard.checks": ["realtime = lanyard_node_support.checkup:findings"]},
)
