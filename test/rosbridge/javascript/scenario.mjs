// One scenario of an unmodified roslib: `node scenario.mjs 1|2 URL NAME`. Says what it saw as JSON,
// a line each; the test that started it tells it to go on with a line.
import { createRequire } from "node:module";
import readline from "node:readline";

const [version, url, name] = process.argv.slice(2);
const ROSLIB = version === "1" ? createRequire(import.meta.url)("roslib1") : await import("roslib2");
const say = (...told) => console.log(JSON.stringify(told));
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const heard = async () => (await lines.next()).value;
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

const ros = new ROSLIB.Ros({ url });
ros.on("error", (error) => say("error", String(error.message ?? error)));
const connected = () => new Promise((go) => ros.once("connection", go));
await connected();

const topic = (name, messageType, more = {}) => new ROSLIB.Topic({ ros, name, messageType, ...more });
const called = (service, args = {}, timeout = undefined) =>
  new Promise((go) => service.callService(args, (ok) => go(["ok", ok]), (no) => go(["failed", no]), timeout));
const service = (name, serviceType) => new ROSLIB.Service({ ros, name, serviceType });

const scenarios = {
  async topics() {
    const compressions = ["none", "cbor", ...(version === "2" ? ["png"] : [])];
    for (const compression of compressions) {
      const joints = topic(`/joints_${compression}`, "sensor_msgs/JointState", { compression });
      joints.subscribe((message) =>
        say("joints", compression, Array.from(message.position, (x) => (Number.isNaN(x) ? "nan" : x))));
    }
    topic("chatter_out", "std_msgs/String").publish({ data: "from roslib" });
    say("subscribed");
    await heard();
  },

  async services() {
    say("add", await called(service("/switch", "std_srvs/SetBool"), { data: true }));
    say("nobody", await called(service("/nobody_serves", "std_srvs/Trigger")));
    const served = service(`/served_by_roslib_${version}`, "std_srvs/SetBool");
    served.advertise((request, response) => {
      response.success = request.data;
      response.message = "from roslib";
      return true;
    });
    say("serving");
    await heard();
  },

  async parameters() {
    const parameter = new ROSLIB.Param({ ros, name: "/peer:speed" });
    const got = () => new Promise((go) => parameter.get(go, (no) => go(["failed", no])));
    say("got", await got());
    await new Promise((go) => parameter.set(2.5, go));
    say("set", await got());
    const topics = await new Promise((go) => ros.getTopics(go));
    say("topics", topics.topics.includes("/client_count"), topics.types.includes("std_msgs/msg/Int32"));
    say("nodes", (await new Promise((go) => ros.getNodes(go))).includes("/peer"));
    const details = await new Promise((go) => ros.getMessageDetails("geometry_msgs/Twist", go));
    say("twist", ROSLIB.version ?? "", details.map((each) => each.type));
  },

  async tf() {
    const options = { ros, fixedFrame: "map", angularThres: 0.01, transThres: 0.01, rate: 20 };
    if (version === "1") ros.groovyCompatibility = false;
    const client = version === "1" ? new ROSLIB.TFClient(options) : new ROSLIB.ROS2TFClient(options);
    await new Promise((go) => client.subscribe("hand", (pose) => (say("hand", pose.translation), go())));
    client.dispose();
  },

  async actions() {
    const action = new ROSLIB.Action({ ros, name: "/work", actionType: "lanyard_msgs/ExecuteTask" });
    const run = (goal, then = () => {}) => new Promise((go) => {
      let told = 0;
      const id = action.sendGoal(goal, (result) => go(["result", result.error_message, told > 0]),
        () => { told += 1; then(id); }, (error) => go(["failed", error, told > 0]));
    });
    say("ran", await run({ task_type: "short" }));
    say("rejected", await run({ task_type: "reject" }));
    let asked = false;
    say("cancelled", await run({ task_type: "long" }, (id) => asked || ((asked = true), action.cancelGoal(id))));
    const nobody = new ROSLIB.Action({ ros, name: "/nobody", actionType: "lanyard_msgs/ExecuteTask" });
    say("nobody", await new Promise((go) => nobody.sendGoal({}, go, undefined, go)));
  },

  async action_server() {
    const action = new ROSLIB.Action({ ros, name: "/by_roslib", actionType: "lanyard_msgs/ExecuteTask" });
    action.advertise(
      (goal, id) => {
        action.sendFeedback(id, { phase: "half", progress: 0.5 });
        if (goal.task_type === "short") action.setSucceeded(id, { error_message: `did ${goal.task_type}` });
      },
      (id) => action.setCanceled(id, { error_message: "as you wish" }),
    );
    say("serving");
    await heard();
  },

  async flood() {
    const drive = topic("/cmd_vel", "geometry_msgs/Twist");
    drive.advertise();
    say("ready");
    await heard(); // the socket is cut meanwhile
    const closed = new Promise((go) => ros.once("close", go));
    say("cutting");
    await closed;
    for (let number = 0; number < 100; number += 1) {
      drive.publish({ linear: { x: 0.5, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } });
      await sleep(20);
    }
    say("published while away");
    await heard();
    const again = connected();
    ros.connect(url);
    await again;
    await sleep(1000);
    say("back", await called(service("/rosapi/get_time", "rosapi/GetTime")).then(([what]) => what));
    drive.publish({ linear: { x: 0.25, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } });
    say("driving");
    await heard();
  },

  async reconnect() {
    topic("/before_and_after", "std_msgs/String").subscribe((message) => say("heard", message.data));
    say("subscribed");
    await heard();
    const closed = new Promise((go) => ros.once("close", go));
    say("cutting");
    await closed;
    say("cut off");
    await heard();
    const again = connected();
    ros.connect(url);
    await again;
    say("subscribed again");
    await heard();
  },
};

await scenarios[name]();
say("end");
process.exit(0);
