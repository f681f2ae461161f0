// What an unmodified roslib is asked to do, in Node and in a browser alike. `place` is where it runs:
// `url()` gives the address to connect to (a new one for each connection where a ticket stands in it),
// `say(...)` tells the test what was seen, `heard()` waits until the test lets it go on. What it serves
// has its own name in it.

const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

export async function play(name, { ROSLIB, version, me, url, say, heard }) {
  const ros = new ROSLIB.Ros();
  ros.on("error", (error) => say("error", String(error.message ?? error)));
  const connect = async () => {
    const connected = new Promise((go) => ros.once("connection", go));
    ros.connect(await url());
    await connected;
  };
  const closed = () => new Promise((go) => ros.once("close", go));
  const topic = (name, messageType, more = {}) => new ROSLIB.Topic({ ros, name, messageType, ...more });
  const service = (name, serviceType) => new ROSLIB.Service({ ros, name, serviceType });
  const called = (asked, args = {}, timeout = undefined) =>
    new Promise((go) => asked.callService(args, (ok) => go(["ok", ok]), (no) => go(["failed", no]), timeout));
  const action = (name) => new ROSLIB.Action({ ros, name, actionType: "lanyard_msgs/ExecuteTask" });

  const push = (drive, x) => drive.publish({ linear: { x, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } });

  const scenarios = {
    // In Node 1.4.1 reads no PNG: it wants the module canvas, which it does not bring along.
    async topics() {
      for (const compression of ["none", "cbor", "cbor-raw", "png"]) {
        topic(`/joints_${compression.replace("-", "_")}`, "sensor_msgs/JointState", { compression }).subscribe((message) => {
          const told = compression === "cbor-raw" ? message.bytes : message.position;
          say("joints", compression, Array.from(told, (x) => (Number.isNaN(x) ? "nan" : x)));
        });
      }
      topic("chatter_out", "std_msgs/String").publish({ data: "from roslib" });
      say("subscribed");
      await heard();
    },

    async services() {
      say("add", await called(service("/switch", "std_srvs/SetBool"), { data: true }));
      say("nobody", await called(service("/nobody_serves", "std_srvs/Trigger")));
      service(`/served_by_${me}`, "std_srvs/SetBool").advertise((request, response) => {
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
      say("twist", details.map((each) => each.type));
    },

    async tf() {
      const options = { ros, fixedFrame: "map", angularThres: 0.01, transThres: 0.01, rate: 20 };
      if (version === "1") ros.groovyCompatibility = false;
      const client = version === "1" ? new ROSLIB.TFClient(options) : new ROSLIB.ROS2TFClient(options);
      await new Promise((go) => client.subscribe("hand", (pose) => (say("hand", pose.translation), go())));
      client.dispose();
    },

    async actions() {
      const work = action("/work");
      const run = (goal, then = () => {}) => new Promise((go) => {
        let told = 0;
        const id = work.sendGoal(goal, (result) => go(["result", result.error_message, told > 0]),
          () => { told += 1; then(id); }, (error) => go(["failed", error, told > 0]));
      });
      say("ran", await run({ task_type: "short" }));
      say("rejected", await run({ task_type: "reject" }));
      let asked = false;
      say("cancelled", await run({ task_type: "long" }, (id) => asked || ((asked = true), work.cancelGoal(id))));
      say("nobody", await new Promise((go) => action("/nobody").sendGoal({}, go, undefined, go)));
    },

    async action_server() {
      const served = action(`/by_${me}`);
      served.advertise(
        (goal, id) => {
          served.sendFeedback(id, { phase: "half", progress: 0.5 });
          if (goal.task_type === "short") served.setSucceeded(id, { error_message: `did ${goal.task_type}` });
        },
        (id) => served.setCanceled(id, { error_message: "as you wish" }),
      );
      say("serving");
      await heard();
    },

    async flood() {
      const drive = topic("/cmd_vel", "geometry_msgs/Twist");
      drive.advertise();
      say("ready");
      await heard(); // the socket is cut meanwhile
      const gone = closed();
      say("cutting");
      await gone;
      for (let number = 0; number < 100; number += 1) {
        push(drive, 0.5);
        await sleep(20);
      }
      say("published while away");
      await heard();
      await connect();
      await sleep(1000);
      say("back", await called(service("/rosapi/get_time", "rosapi/GetTime")).then(([what]) => what));
      push(drive, 0.25);
      say("driving");
      await heard();
    },

    async drive() {
      const drive = topic("/cmd_vel", "geometry_msgs/Twist");
      for (;;) {
        push(drive, 0.25);
        await sleep(50);
      }
    },

    async reconnect() {
      const echo = topic("/echo", "std_msgs/String");
      topic("/before_and_after", "std_msgs/String").subscribe(({ data }) => {
        say("heard", data);
        echo.publish({ data });
      });
      say("subscribed");
      await heard();
      const gone = closed();
      say("cutting");
      await gone;
      say("cut off");
      await heard();
      await connect();
      say("subscribed again");
      await heard();
    },
  };

  await connect();
  await scenarios[name]();
  say("end");
}
