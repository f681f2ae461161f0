"""Build file of a package that is not ours; a colcon workspace builds it like any other."""

from setuptools import setup

setup(
    name="lanyard_example",
    version="1.0",
    packages=["lanyard_example"],
    description="A task type that does not come with Lanyard.",
    license="Apache-2.0",
    entry_points={
        "lanyard.behaviours": [
            "stamp = lanyard_example.stamp:Stamp",
            "stamp_again = lanyard_example.stamp:StampAgain",
        ],
    },
)
