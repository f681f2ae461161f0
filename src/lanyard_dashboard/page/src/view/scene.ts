// Draws frames as an arm: a rod from each frame to the next, a ball at each joint, axes at the ends.

import {
  AmbientLight, AxesHelper, Color, CylinderGeometry, DirectionalLight, GridHelper, Group, Mesh,
  MeshStandardMaterial, PerspectiveCamera, Quaternion, Scene, SphereGeometry, Vector3, WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { Placed } from "../model/tfTree.js";
import { colour } from "./theme.js";

const UP = new Vector3(0, 1, 0);
const LEAST_M = 0.005;
const THICKEST_M = 0.045;
const THINNER = 0.88; // each link than the one before
// Shapes of size one, which every part is made of by stretching.
const ROD = new CylinderGeometry(0.85, 1, 1, 20);
const BALL = new SphereGeometry(1, 20, 14);
const DISC = new CylinderGeometry(0.28, 0.3, 0.06, 40);

// `element` is filled with the picture. Throws where the browser has no WebGL.
export function openScene(element: HTMLElement) {
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  renderer.setPixelRatio(Math.min(devicePixelRatio, 1.5));
  element.replaceChildren(renderer.domElement);
  const camera = new PerspectiveCamera(40, 1, 0.05, 50);
  camera.up.set(0, 0, 1);
  camera.position.set(1.9, -1.7, 1.35);
  const controls = new OrbitControls(camera, renderer.domElement);
  controls.target.set(0.1, 0, 0.55);
  controls.enableZoom = false; // the wheel scrolls the page
  controls.update();
  const picture = new Picture();
  const draw = () => renderer.render(picture.scene, camera);
  const resize = new ResizeObserver(() => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    renderer.setSize(width, height, false);
    camera.aspect = width / Math.max(1, height);
    camera.updateProjectionMatrix();
    draw();
  });
  resize.observe(element);
  controls.addEventListener("change", draw);
  return {
    show(frames: readonly Placed[]) {
      if (picture.take(frames)) draw();
    },
    recolour() {
      picture.recolour();
      draw();
    },
    close() {
      resize.disconnect();
      controls.dispose();
      renderer.dispose();
      element.replaceChildren();
    },
  };
}

class Picture {
  readonly scene = new Scene();
  readonly #arm = new Group();
  readonly #rod = new MeshStandardMaterial({ roughness: 0.45, metalness: 0.15 });
  readonly #ball = new MeshStandardMaterial({ roughness: 0.35 });
  readonly #base = new MeshStandardMaterial({ roughness: 0.8 });
  #grid = new GridHelper();
  #shown = "";

  constructor() {
    const sun = new DirectionalLight(0xffffff, 2.2);
    sun.position.set(2, -3, 5);
    this.scene.add(new AmbientLight(0xffffff, 1.3), sun, this.#arm);
    this.recolour();
  }

  recolour(): void {
    this.#rod.color = new Color(colour("rod"));
    this.#ball.color = new Color(colour("calm"));
    this.#base.color = new Color(colour("dim"));
    this.scene.remove(this.#grid);
    this.#grid = new GridHelper(4, 16, colour("dim"), colour("line"));
    this.#grid.rotateX(Math.PI / 2);
    this.scene.add(this.#grid);
  }

  // Whether anything has moved since the last time.
  take(frames: readonly Placed[]): boolean {
    const shown = JSON.stringify(frames.map(({ name, pose }) => [name, pose]), toMillimetres);
    if (shown === this.#shown) return false;
    this.#shown = shown;
    this.#arm.clear();
    const byName = new Map(frames.map((frame) => [frame.name, frame]));
    const parents = new Set(frames.map(({ parent }) => parent));
    for (const frame of frames) {
      const parent = frame.parent === null ? undefined : byName.get(frame.parent);
      if (parent !== undefined) this.#link(parent, frame);
      if (parent !== undefined && !parents.has(frame.name)) this.#arm.add(axes(frame));
    }
    this.#arm.add(disc(this.#base));
    return true;
  }

  #link(parent: Placed, child: Placed): void {
    const [from, to] = [vector(parent), vector(child)];
    const way = to.clone().sub(from);
    const thickness = THICKEST_M * THINNER ** parent.depth;
    if (way.length() >= LEAST_M) {
      const rod = new Mesh(ROD, this.#rod);
      rod.scale.set(thickness, way.length(), thickness);
      rod.position.copy(from).addScaledVector(way, 0.5);
      rod.quaternion.setFromUnitVectors(UP, way.normalize());
      this.#arm.add(rod);
    }
    const ball = new Mesh(BALL, this.#ball);
    ball.scale.setScalar(thickness * 1.25);
    ball.position.copy(to);
    this.#arm.add(ball);
  }
}

// What moves by less is noise, and not worth a new picture.
const toMillimetres = (_: string, value: unknown): unknown => (typeof value === "number" ? Math.round(value * 1000) : value);

const vector = ({ pose: { translation } }: Placed): Vector3 => new Vector3(translation.x, translation.y, translation.z);

function axes(frame: Placed): AxesHelper {
  const made = new AxesHelper(0.12);
  const { x, y, z, w } = frame.pose.rotation;
  made.position.copy(vector(frame));
  made.quaternion.copy(new Quaternion(x, y, z, w));
  return made;
}

// Where the robot stands; its body is not in tf.
function disc(material: MeshStandardMaterial): Mesh {
  const made = new Mesh(DISC, material);
  made.rotateX(Math.PI / 2);
  made.position.z = 0.03;
  return made;
}
