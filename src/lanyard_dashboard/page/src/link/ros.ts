// tf, through the gateway's rosbridge and roslib, connected with a ticket that is good once. Everything
// else on the page goes on where a gateway has no rosbridge, or the key may not use it.

import { Ros, Topic } from "roslib";
import { signal } from "@preact/signals";
import { Redial, sleep } from "../../../lanyard_dashboard/static/lanyard/redial.js";
import { type Told, TfTree } from "../model/tfTree.js";
import { type Gateway, isFinal, may, wordsOf } from "./session.js";

interface TfMessage { transforms: Told[] }
interface Status { level: string; msg: string }

const TF_TYPE = "tf2_msgs/msg/TFMessage";
const OPEN_WITHIN_MS = 10_000;
const SILENT = "no tf: the gateway's rosbridge does not answer (is its parameter rosbridge.enabled set?)";

export class RosLink {
  readonly words = signal("connecting to rosbridge");
  readonly tree = new TfTree();
  #ending = new AbortController();

  constructor(gateway: Gateway) {
    void this.#run(gateway);
  }

  close(): void {
    this.#ending.abort();
  }

  async #run(gateway: Gateway): Promise<void> {
    const redial = new Redial();
    const { signal: ended } = this.#ending;
    while (!ended.aborted) {
      try {
        if (!may("rosbridge")) throw new Error("this key may not use rosbridge");
        await this.#converse(await gateway.rosbridgeUrl(), () => redial.linked());
      } catch (error) {
        this.words.value = `no tf: ${wordsOf(error)}`;
        if (isFinal(error)) return;
      }
      this.tree.clear();
      await sleep(redial.nextWaitMs(), ended);
    }
  }

  // One connection, from its beginning to its end.
  #converse(url: string, linked: () => void): Promise<void> {
    const { signal: ended } = this.#ending;
    return new Promise((resolve) => {
      const ros = new Ros();
      const finish = (words: string) => {
        this.words.value = words;
        clearTimeout(late);
        ended.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => ros.close();
      const late = setTimeout(() => ros.close(), OPEN_WITHIN_MS);
      ended.addEventListener("abort", abort);
      ros.on("connection", () => {
        clearTimeout(late);
        linked();
        this.words.value = "";
        this.#subscribe(ros);
      });
      ros.on("error", () => undefined); // the close that follows says what it means
      ros.on("close", () => finish(SILENT));
      ros.connect(url).catch(() => finish(SILENT));
    });
  }

  #subscribe(ros: Ros): void {
    for (const [name, isFixed] of [["/tf", false], ["/tf_static", true]] as const) {
      const topic = new Topic<TfMessage>({
        ros, name, messageType: TF_TYPE, compression: "cbor", reconnect_on_close: false,
      });
      topic.subscribe(({ transforms }) => this.tree.take(transforms, performance.now(), { isFixed }));
      ros.on(`status:${topic.subscribeId}`, (status: unknown) => this.#told(status as Status));
    }
  }

  // Such as: the policy does not open this topic.
  #told({ level, msg }: Status): void {
    if (level === "error") this.words.value = `no tf: ${msg}`;
  }
}
