"""Build file of lanyard_runner (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_runner"

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
    description="Starts the nodes of a ROS launch file where launch_ros is missing; the demo.",
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": ["demo = lanyard_runner.demo:main"],
    },
)
