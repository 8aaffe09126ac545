import assert from "node:assert/strict";
import { test } from "node:test";

import { createStore, FetchFailure, isOvertaken } from "../../pages/ui/map/src/store.js";

/** A source whose answers the test gives by hand, and which obeys an abort as fetch does. */
function manualSource() {
  const asked = [];
  const get = (url, signal) =>
    new Promise((resolve, reject) => {
      asked.push({ url, signal, resolve, reject });
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  return { asked, get };
}

test("a body is fetched once", async () => {
  const { asked, get } = manualSource();
  const store = createStore(get);
  const first = store.load("values", "/a", "1");
  const second = store.load("values", "/a", "1");
  asked[0].resolve({ n: 1 });
  assert.deepEqual(await first, { n: 1 });
  assert.deepEqual(await second, { n: 1 });
  assert.deepEqual(await store.load("values", "/a", "1"), { n: 1 });
  assert.equal(asked.length, 1);
});

test("a newer wish in the same slot aborts the older", async () => {
  const { asked, get } = manualSource();
  const store = createStore(get);
  const old = store.load("values", "/old", "1");
  const young = store.load("values", "/new", "1");
  asked[1].resolve("young");
  await assert.rejects(old, isOvertaken);
  assert.equal(await young, "young");
  assert.equal(store.held("/old"), undefined);
});

test("an answer that ignores its abort is still not kept", async () => {
  const answers = [];
  const store = createStore(() => new Promise((resolve) => answers.push(resolve)));
  const old = store.load("values", "/old", "1");
  store.load("values", "/new", "1");
  answers[0]("stale");
  await assert.rejects(old, isOvertaken);
  assert.equal(store.held("/old"), undefined);
});

test("slots do not disturb each other", async () => {
  const { asked, get } = manualSource();
  const store = createStore(get);
  const places = store.load("places", "/places", "1");
  store.load("values", "/a", "1").catch(() => {});
  store.load("values", "/b", "1").catch(() => {});
  asked[0].resolve("places");
  assert.equal(await places, "places");
});

test("a request that another slot waits for too is not aborted", async () => {
  const { asked, get } = manualSource();
  const store = createStore(get);
  const idle = store.load("idle", "/a", "1");
  const wanted = store.load("values", "/a", "1");
  store.load("idle", "/b", "1").catch(() => {});
  asked[0].resolve("a");
  assert.equal(await idle, "a");
  assert.equal(await wanted, "a");
});

test("a failure is not remembered: the next load asks again", async () => {
  const { asked, get } = manualSource();
  const store = createStore(get);
  const failed = store.load("values", "/a", "1");
  asked[0].reject(new FetchFailure("/a", 503));
  await assert.rejects(failed, { status: 503 });
  const again = store.load("values", "/a", "1");
  asked[1].resolve("here");
  assert.equal(await again, "here");
});

test("other data versions are let go", async () => {
  const store = createStore(async (url) => url);
  await store.load("values", "/a?v=1", "1");
  await store.load("values", "/a?v=2", "2");
  store.keepVersion("2");
  assert.equal(store.held("/a?v=1"), undefined);
  assert.equal(store.held("/a?v=2"), "/a?v=2");
});
