/**
 * The board: every part in one grid, one filter for all of them, one way from filter to picture.
 *
 * change → settle → refresh → (fetch → refresh) → paint. Refresh always asks what is wanted now,
 * so an answer that comes late is held for later use but never drawn.
 */

import { createCaption } from "./caption.js";
import { setAttribute } from "./element.js";
import { createFigures } from "./figures.js";
import { drawnKey, isSameFilter, settleFilter, stopIndex, valuesUrl } from "./filter.js";
import { createFilters } from "./filters.js";
import { createFurniture } from "./furniture.js";
import { createHandover } from "./handover.js";
import { layOut } from "./layout.js";
import { createLegend } from "./legend.js";
import { createMapView } from "./mapview.js";
import { createNotices, firstWords } from "./notices.js";
import { readPalette, readTone } from "./palette.js";
import { createPrefetch } from "./prefetch.js";
import { createRanking } from "./ranking.js";
import { whenStyled } from "./readiness.js";
import { createReadout, describeThing } from "./readout.js";
import { createReport } from "./report.js";
import { createSlider } from "./slider.js";
import { createStore, isOvertaken } from "./store.js";
import { createTrend } from "./trend.js";

const DRAG_DELAY_MS = 200;
const LEGEND_OPEN_PX = 640;
const handover = createHandover();

export function createBoard(parent) {
  const store = createStore();
  const prefetch = createPrefetch(store);
  const state = {
    host: null,
    data: null,
    signature: "",
    seq: undefined,
    filter: null,
    thing: null,
    places: null,
    values: null,
    scene: null,
    palette: null,
    styled: false,
    gone: false,
    drawn: "",
    mounts: 0,
    paints: 0,
  };

  const report = createReport((filter) => state.host?.setStateValue("filter", filter));
  const caption = createCaption();
  const figures = createFigures({ onSelect: (code) => change({ village: code }) });
  const filters = createFilters({ onChange: (patch) => change(patch) });
  const readout = createReadout();
  const notices = createNotices({ onRetry: () => refresh() });
  const legend = createLegend({ onTiles: (shown) => mapView?.showTiles(shown) });
  const furniture = createFurniture({
    onZoom: (step) => mapView?.zoomBy(step),
    onReset: () => mapView?.reset(),
  });
  const slider = createSlider({
    onMove: (stop, isPlaying) => moveTo(stop, { isPlaying }),
    onRest: () => {
      refresh();
      report.schedule(state.filter, 0);
    },
  });
  // Names keep clear of the legend, whatever its size becomes.
  const legendObserver = new ResizeObserver(() => mapView?.layOutNames());
  legendObserver.observe(legend.element);
  const ranking = createRanking({
    onSelect: (code) => {
      toggleVillage(code);
      mapView?.reveal(state.filter.village);
    },
    onHover: (index) => {
      mapView?.highlight(index);
      showThing(index >= 0 ? { unit: index } : null);
    },
  });
  const trend = createTrend({ onPick: (stop) => moveTo(stop, {}) });

  const { root, sheet, sheetMap, frameCanvas } = layOut({
    overlays: [...furniture.elements, readout.element, legend.element, ...notices.elements],
    credits: furniture.credits,
    above: [figures.element, filters.element, caption.element],
    beside: [slider.element, ranking.element, trend.element],
  });
  parent.append(root);
  root.addEventListener("pointerdown", (event) => filters.closeUnless(event.composedPath()[0]));
  let mapView = null;

  /** How much stands above: the map takes what is left of the first screen. */
  function measureRoom() {
    let top = root.getBoundingClientRect().top;
    for (let node = root; node; node = node.parentElement ?? node.getRootNode().host) {
      top += node.scrollTop ?? 0;
    }
    root.style.setProperty("--guatu-above", `${Math.round(Math.max(0, Math.min(top, 400)))}px`);
    root.style.setProperty("--guatu-notes", `${caption.notesHeight()}px`);
  }
  window.addEventListener("resize", measureRoom);

  const stopWaiting = whenStyled(root, () => {
    state.styled = true;
    root.classList.add("is-styled");
    legend.element.open = root.clientWidth > LEGEND_OPEN_PX;
    measureRoom();
    recolor();
    refresh();
  });

  function recolor() {
    const tone = readTone(root);
    if (root.dataset.tone !== tone) root.dataset.tone = tone;
    const palette = readPalette(root);
    if (JSON.stringify(palette) !== JSON.stringify(state.palette)) state.palette = palette;
  }

  function mountMap() {
    measureRoom(); // notes are known by now
    mapView = createMapView(sheetMap, frameCanvas, {
      on: {
        select: toggleVillage,
        district: (code) => change({ district: state.filter.district === code ? "" : code }),
        hover: showThing,
        sized: refresh,
      },
      padding: fitPadding,
      bandPx: () => sheetMap.offsetLeft,
      overlays: () => [...furniture.elements, legend.element],
    });
    mapView.setFirstView(state.data.view);
    state.mounts += 1;
    setAttribute(root, "data-mounts", state.mounts);
    if (__TEST__) root.guatu = { map: mapView.map, view: mapView, store, state };
  }

  /** Room for the open legend on wide sheets; phones give all of it to the land. */
  function fitPadding() {
    const isWide = root.clientWidth > LEGEND_OPEN_PX;
    const legendWidth = isWide && legend.element.open ? legend.element.offsetWidth : 0;
    return {
      paddingTopLeft: [legendWidth ? legendWidth + 12 : 12, 10],
      paddingBottomRight: [12, 10],
    };
  }

  // ---- what comes in -------------------------------------------------------------------

  /** Take what Streamlit sends. Equal data costs nothing; callbacks are always the latest. */
  function update(component) {
    state.host = component;
    if (state.styled) recolor();
    const signature = JSON.stringify(component.data);
    if (signature === state.signature && state.scene?.palette === state.palette) return;
    state.signature = signature;
    state.data = component.data;
    const { seq, filter } = state.data;
    const unread = state.filter ? null : handover.take(seq);
    if (seq !== state.seq || !state.filter) {
      state.seq = seq;
      state.filter = state.places ? settleFilter(filter, state.places) : (unread ?? filter);
      report.cancel();
      ranking.backToStart();
    }
    if (unread) report.schedule(unread, 0);
    handover.settle(filter, seq);
    caption.update(state.data);
    figures.updateClaim(state.data.claim);
    refresh();
  }

  function change(patch, { delayMs = 0, tell = true } = {}) {
    if (!state.places) return;
    const next = settleFilter({ ...state.filter, ...patch }, state.places);
    if (next.district !== state.filter.district || next.indicator !== state.filter.indicator) {
      ranking.backToStart();
    }
    state.filter = next;
    handover.keep(next, state.seq);
    refresh();
    if (tell) report.schedule(state.filter, delayMs);
  }

  function moveTo(stop, { isPlaying = false }) {
    if (!state.places) return;
    change({ as_of: state.places.stops[stop] }, { delayMs: DRAG_DELAY_MS, tell: !isPlaying });
  }

  function toggleVillage(code) {
    change({ village: state.filter.village === code ? "" : code });
  }

  // ---- what is needed ------------------------------------------------------------------

  const wantedValuesUrl = () => valuesUrl(state.data.values_url, state.filter.measure);

  function refresh() {
    if (state.gone || !state.data || !state.styled) return;
    const places = store.held(state.data.places_url);
    if (!places) {
      bring("places", state.data.places_url);
      if (!store.held(wantedValuesUrl())) bring("values", wantedValuesUrl());
      return;
    }
    if (places !== state.places) adopt(places);
    filters.update(state.filter);
    slider.update(stopIndex(places.stops, state.filter.as_of));
    const url = wantedValuesUrl();
    const values = store.held(url);
    if (values) {
      state.values = values;
      settle();
      paint();
    } else {
      if (!state.scene || state.scene.places !== places) paintGround();
      bring("values", url);
    }
    const isAnswered = isSameFilter(state.filter, settleFilter(state.data.filter, places));
    for (const part of [caption, figures]) part.setStale(slider.isPlaying() || !isAnswered);
  }

  function adopt(places) {
    state.places = places;
    state.filter = settleFilter(state.filter, places);
    state.drawn = "";
    setAttribute(root, "lang", places.lang);
    caption.translate(places.texts);
    furniture.translate(places);
    filters.build(places);
    slider.build(places);
    setAttribute(sheetMap, "role", "application");
    setAttribute(sheetMap, "aria-label", places.texts.map ?? places.texts.legend);
    if (!mapView) mountMap();
  }

  async function bring(slot, url) {
    notices.busy(true);
    setAttribute(root, "aria-busy", "true");
    if (!state.scene) notices.show("loading", words());
    try {
      await store.load(slot, url, state.data.ver);
    } catch (error) {
      if (!isOvertaken(error) && !state.gone && isWanted(url)) fail(error);
      return;
    }
    if (!state.gone && isWanted(url)) refresh();
  }

  const isWanted = (url) => url === state.data.places_url || url === wantedValuesUrl();

  function fail(error) {
    settleBusy();
    notices.show(error.status === 401 ? "signed_out" : "failed", words());
  }

  function settleBusy() {
    notices.busy(false);
    setAttribute(root, "aria-busy", "false");
  }

  function settle() {
    settleBusy();
    notices.show(state.places.units.code.length ? "" : "empty", words());
    store.keepVersion(state.data.ver);
    prefetch.start(state.places, state.data);
  }

  const words = () => ({
    ...firstWords(state.data.places_url),
    ...state.data.texts,
    ...state.places?.texts,
  });

  // ---- what is shown -------------------------------------------------------------------

  function sceneOf(values) {
    const { places, filter, palette } = state;
    const indicator = places.indicators.find(({ code }) => code === filter.indicator);
    return {
      places,
      values,
      filter,
      palette,
      indicator,
      stop: stopIndex(places.stops, filter.as_of),
    };
  }

  /** Land and river before any value is here. */
  function paintGround() {
    state.scene = null;
    mapView.paint(sceneOf(null));
  }

  function paint() {
    const key = [
      state.data.ver,
      state.places.lang,
      drawnKey(state.filter),
      state.filter.village,
    ].join("|");
    if (key === state.drawn && state.scene?.palette === state.palette) return;
    const scene = sceneOf(state.values);
    if (!mapView.paint(scene)) return; // the sheet has no size yet; drawn when it has
    state.scene = scene;
    state.drawn = key;
    figures.update(scene);
    legend.update(scene);
    ranking.update(scene);
    trend.update(scene);
    showThing(state.thing);
    state.paints += 1;
    setAttribute(root, "data-ver", state.data.ver);
    setAttribute(root, "data-paints", state.paints);
    setAttribute(root, "data-drawn", drawnKey(state.filter));
  }

  /** What is pointed at; with nothing pointed at, the selected unit. */
  function showThing(thing) {
    state.thing = thing;
    if (!state.scene) return;
    const selected = state.places.units.code.indexOf(state.filter.village);
    const fallback = selected >= 0 ? { unit: selected } : null;
    readout.show(describeThing(thing, state.scene) ?? describeThing(fallback, state.scene));
  }

  function destroy() {
    state.gone = true;
    stopWaiting();
    legendObserver.disconnect();
    window.removeEventListener("resize", measureRoom);
    report.cancel();
    prefetch.stop();
    store.abort();
    slider.destroy();
    caption.destroy();
    mapView?.destroy();
    root.remove();
  }

  return { update, destroy };
}
