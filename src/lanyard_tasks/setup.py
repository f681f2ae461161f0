"""Build file of lanyard_tasks (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_tasks"

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
    description="The ExecuteTask action server and its behaviours.",
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": ["tasks = lanyard_tasks.main:main"],
        "lanyard.behaviours": [
            "move_to = lanyard_tasks.behaviours.move_to:MoveTo",
            "dock = lanyard_tasks.behaviours.dock:Dock",
            "inspect = lanyard_tasks.behaviours.inspect:Inspect",
            "pick_and_place = lanyard_tasks.behaviours.pick_and_place:PickAndPlace",
            "sequence = lanyard_tasks.behaviours.sequence:Sequence",
            "wait = lanyard_tasks.behaviours.wait:Wait",
        ],
    },
)
