"""Build file of lanyard_gateway (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_gateway"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "*.schema.json", "py.typed", "static/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description=(
        "REST and WebSocket gateway node: HTTP and binary command streams to "
        "ROS topics, and the task queue."
    ),
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": [
            "gateway = lanyard_gateway.main:main",
            "keys = lanyard_gateway.commands.keys:main",
        ],
        "lanyard.commands": [
            "audit = lanyard_gateway.commands.audit:app",
            "auth = lanyard_gateway.commands.auth:app",
            "certs = lanyard_gateway.commands.certs:app",
            "keys = lanyard_gateway.commands.keys:app",
        ],
    },
)
