"""Build file of lanyard_dashboard (ament_python)."""

from setuptools import find_packages, setup

package_name = "lanyard_dashboard"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={"": ["*.yaml", "py.typed", "static/*", "static/lanyard/*", "static/built/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="The Lanyard maintainers",
    maintainer_email="maintainers@lanyard-robotics.org",
    description="The page that shows, drives and stops robots: static files for the gateway.",
    license="Apache-2.0",
    extras_require={"test": ["pytest"]},
)
