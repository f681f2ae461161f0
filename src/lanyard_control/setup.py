"""Build file of lanyard_control (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_control"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description=(
        "Real-time control node: command authority, watchdogs, safety machine, velocity limits."
    ),
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": [
            "control = lanyard_control.main:main",
            "watchdog = lanyard_control.watchdog.main:main",
        ],
    },
)
