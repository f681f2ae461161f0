"""Build file of lanyard_rosbridge (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_rosbridge"

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
    description="The rosbridge protocol: unmodified roslibjs and roslibpy, closed by default.",
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": [
            "server = lanyard_rosbridge.main:main",
            "suite = lanyard_rosbridge.suite.main:main",
        ],
        "lanyard.side_doors": ["rosbridge = lanyard_rosbridge.side_door:open_rosbridge"],
    },
)
