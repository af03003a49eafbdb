// SPDX-License-Identifier: Apache-2.0
"use strict";
(function () {
	const root = document.documentElement;
	const byId = (id) => document.getElementById(id);
	const data = JSON.parse(byId("data").textContent);
	root.classList.add("js");

	/* ---- the list of events ---- */

	const events = Array.from(document.querySelectorAll("#list > details"));
	const find = byId("find"), instance = byId("instance"), component = byId("component"), kind = byId("kind");
	const harm = byId("harm"), found = byId("found");
	/* Marks of the swim lanes, and the event that each leads to. */
	const marks = Array.from(document.querySelectorAll("svg.lanes a"), (mark) => [mark, byId(mark.getAttribute("href").slice(1))])
		.filter((pair) => pair[1]).map(([mark, place]) => [mark, place.closest("details")]);

	function filter() {
		const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;
		for (const event of events) {
			const is = (!instance.value || event.dataset.i === instance.value) &&
				(!component.value || event.dataset.c === component.value) &&
				(!kind.value || event.dataset.k === kind.value) &&
				(!harm.checked || event.classList.contains("harm")) &&
				(words.length === 0 || words.every((word) => event.textContent.toLowerCase().includes(word)));
			event.hidden = !is;
			shown += is ? 1 : 0;
		}
		found.textContent = shown + " / " + events.length;
		for (const [mark, event] of marks) {
			mark.classList.toggle("dim", event.hidden);
		}
	}
	function offerFilters() {
		for (const name of Array.from(new Set(events.map((event) => event.dataset.c))).sort()) {
			const option = document.createElement("option");
			option.textContent = name;
			component.append(option);
		}
		let later = 0;
		find.addEventListener("input", () => { clearTimeout(later); later = setTimeout(filter, 150); });
		for (const control of [instance, component, kind, harm]) {
			control.addEventListener("change", filter);
		}
		filter();
	}

	if (find) {
		offerFilters();
	}

	function open(id) {
		const target = byId(id), event = target && target.closest("details");
		if (!event) {
			return;
		}
		document.querySelectorAll(".shown").forEach((other) => other.classList.remove("shown"));
		event.hidden = false;
		event.open = true;
		event.classList.add("shown");
		event.scrollIntoView({block: "center"});
		event.querySelector("summary").focus({preventScroll: true});
	}
	window.addEventListener("hashchange", () => open(location.hash.slice(1)));
	document.addEventListener("click", (click) => {
		const link = click.target.closest && click.target.closest("a");
		const href = link && link.getAttribute("href");
		if (href && /^#e\d+$/.test(href)) {
			click.preventDefault();
			history.replaceState(null, "", href);
			open(href.slice(1));
		}
	});
	if (location.hash) {
		open(location.hash.slice(1));
	}

	/* ---- what is under the pointer, or has the focus ---- */

	function tell(where, text, id) {
		const place = byId(where), lines = id && byId(id) ? byId(id).querySelectorAll(".line") : [], line = lines[lines.length - 1];
		place.textContent = "";
		const bold = document.createElement("b");
		bold.textContent = text;
		place.append(bold);
		if (line) {
			const code = document.createElement("code");
			code.textContent = line.querySelector("code").textContent;
			place.append(" ", line.querySelector("cite").textContent, code);
		}
	}

	const lanes = byId("lanes");
	for (const kind of lanes ? ["pointerover", "focusin"] : []) {
		lanes.addEventListener(kind, (happened) => {
			const mark = happened.target.closest("a, g"), title = mark && mark.querySelector("title");
			if (title) {
				tell("mark", title.textContent, mark.matches("a") ? mark.getAttribute("href").slice(1) : "");
			}
		});
	}

	/* ---- charts ---- */

	const series = data.series.filter((one) => one.points.length > 0);
	if (series.length === 0) {
		const charts = byId("charts");
		if (charts) {
			charts.remove();
		}
		return;
	}

	const style = (name) => getComputedStyle(root).getPropertyValue(name).trim();
	const colors = () => style("--series").split(/\s+/);
	const pad = (number) => String(number).padStart(2, "0");

	function duration(ms) {
		if (ms >= 60000) {
			return +(ms / 60000).toPrecision(3) + " min";
		}
		return ms >= 1000 ? +(ms / 1000).toPrecision(3) + " s" : +ms.toPrecision(3) + " ms";
	}

	function timeOfDay(ms) {
		const at = new Date(ms + data.offset * 1000);
		return pad(at.getUTCHours()) + ":" + pad(at.getUTCMinutes()) + ":" + pad(at.getUTCSeconds());
	}

	function dayAndTime(ms) {
		const at = new Date(ms + data.offset * 1000);
		return pad(at.getUTCMonth() + 1) + "-" + pad(at.getUTCDate()) + " " + pad(at.getUTCHours()) + ":" + pad(at.getUTCMinutes());
	}

	/* A mark is a symbol of its own, so that series differ without colour, and open, so that one is seen behind another. */
	const symbols = [
		(c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
		(c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
		(c, x, y, r) => { c.moveTo(x, y - r); c.lineTo(x + r, y + r); c.lineTo(x - r, y + r); c.closePath(); },
		(c, x, y, r) => { c.moveTo(x, y - r); c.lineTo(x + r, y); c.lineTo(x, y + r); c.lineTo(x - r, y); c.closePath(); },
	];

	function drawSymbol(number) {
		return (graph, name, canvas, x, y, color, size) => {
			canvas.beginPath();
			canvas.strokeStyle = color;
			canvas.lineWidth = 2;
			canvas.setLineDash(number < symbols.length ? [] : [3, 2]);
			symbols[number % symbols.length](canvas, x, y, size);
			canvas.stroke();
			canvas.setLineDash([]);
		};
	}

	function writeKey() {
		const key = byId("series");
		key.textContent = "";
		series.forEach((one, number) => {
			const item = document.createElement("li"), swatch = document.createElement("canvas");
			swatch.width = swatch.height = 14;
			swatch.setAttribute("aria-hidden", "true");
			drawSymbol(number)(null, "", swatch.getContext("2d"), 7, 7, colors()[number % colors().length], 5);
			item.append(swatch, " " + one.name);
			key.append(item);
		});
	}

	/* One row for each point; times that are equal are moved apart by less than can be seen. */
	const rows = [];
	series.forEach((one, number) => one.points.forEach((point) => rows.push({at: point[0], took: Math.max(point[1], 0.001), event: point[2], number})));
	rows.sort((a, b) => a.at - b.at || a.number - b.number || a.took - b.took);
	for (let i = 1; i < rows.length; i++) {
		rows[i].at = rows[i].at <= rows[i - 1].at ? rows[i - 1].at + 0.01 : rows[i].at;
	}
	const from = rows[0].at, to = rows[rows.length - 1].at, room = Math.max((to - from) * 0.04, 500);
	const limits = [[100, "100 ms"], [1000, "1 s"]].concat(data.ttl ? [[data.ttl, "TTL " + duration(data.ttl)]] : []);

	function drawLimits(canvas, area, graph) {
		canvas.save();
		canvas.font = "12px system-ui, sans-serif";
		canvas.fillStyle = style("--soft");
		canvas.strokeStyle = style("--soft");
		canvas.setLineDash([5, 4]);
		for (const [limit, name] of limits) {
			const y = graph.toDomYCoord(limit);
			if (y > area.y + 10 && y < area.y + area.h) {
				canvas.beginPath();
				canvas.moveTo(area.x, y);
				canvas.lineTo(area.x + area.w, y);
				canvas.stroke();
				canvas.fillText(name, area.x + 4, y - 4);
			}
		}
		canvas.restore();
	}

	function ticks(values) {
		return (a, b) => values.filter((value) => value >= a / 1.001 && value <= b * 1.001).map((value) => ({v: value, label: duration(value)}));
	}

	/* Whole seconds, minutes, hours and days of the time that is shown. */
	function timeTicks(a, b, pixels) {
		const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
		const step = 1000 * (steps.find((seconds) => (b - a) / 1000 / seconds < pixels / 90) || 2592000), zone = data.offset * 1000;
		const found = [];
		for (let at = Math.ceil((a + zone) / step) * step - zone; at <= b; at += step) {
			found.push({v: at, label: b - a > 86400000 ? dayAndTime(at) : timeOfDay(at)});
		}
		return found;
	}

	const decades = [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000];
	const gradations = (steps) => decades.flatMap((decade) => steps.map((step) => +(decade * step).toPrecision(1)));
	const lowest = Math.min(...rows.map((row) => row.took)), highest = Math.max(...rows.map((row) => row.took), 1100);

	let chosen = -1;

	function tellRow(row) {
		chosen = row;
		tell("point", timeOfDay(rows[row].at) + " " + series[rows[row].number].name + ": " + duration(rows[row].took), "e" + rows[row].event);
	}

	function openRow(row) {
		if (row >= 0) {
			open("e" + rows[row].event);
		}
	}

	/* Points by keyboard: left, right, Home and End go from one to the next, Enter opens its event. */
	byId("over-time").addEventListener("keydown", (press) => {
		const next = {ArrowLeft: Math.max(chosen - 1, 0), ArrowRight: Math.min(chosen + 1, rows.length - 1), Home: 0, End: rows.length - 1}[press.key];
		if (press.key === "Enter") {
			openRow(chosen);
		} else if (next === undefined) {
			return;
		} else {
			overTime.setSelection(next);
			tellRow(next);
		}
		press.preventDefault();
	});

	function drawOverTime() {
		const options = {};
		series.forEach((one, number) => {
			options[one.name + " #" + number] = {drawPointCallback: drawSymbol(number), drawHighlightPointCallback: drawSymbol(number)};
		});
		return new Dygraph(byId("over-time"), rows.map((row) => [row.at].concat(series.map((one, number) => (number === row.number ? row.took : null)))), {
			labels: ["time"].concat(series.map((one, number) => one.name + " #" + number)),
			colors: colors(),
			series: options,
			logscale: true,
			strokeWidth: 0,
			drawPoints: true,
			pointSize: 5,
			highlightCircleSize: 8,
			gridLineColor: style("--edge"),
			axisLineColor: style("--soft"),
			dateWindow: [from - room, to + room],
			valueRange: [Math.min(lowest / 1.6, 90), Math.max(highest, data.ttl || 0) * 1.6],
			axes: {
				x: {valueFormatter: dayAndTime, axisLabelWidth: 86, ticker: timeTicks},
				y: {ticker: ticks(decades), axisLabelWidth: 62},
			},
			underlayCallback: drawLimits,
			highlightCallback: (event, x, points, row) => tellRow(row),
			pointClickCallback: (event, point) => openRow(rows.findIndex((one) => Math.abs(one.at - point.xval) < 0.001)),
			zoomCallback: () => { byId("whole").hidden = !overTime.isZoomed(); },
		});
	}

	/* Four bars for each factor of ten, of all series together. */
	function drawSpread() {
		const bars = new Map();
		data.series.forEach((one) => one.buckets.forEach(([ms, count]) => {
			const place = Math.floor(Math.log10(Math.max(ms, 0.001)) * 4);
			bars.set(place, (bars.get(place) || 0) + count);
		}));
		const places = Array.from(bars.keys()), first = Math.min(...places), last = Math.max(...places);
		const table = [];
		for (let place = first - 1; place <= last + 1; place++) {
			table.push([place, bars.get(place) || 0]);
		}
		return new Dygraph(byId("spread"), table, {
			labels: [data.took, data.count],
			colors: [colors()[0]],
			includeZero: true,
			gridLineColor: style("--edge"),
			axisLineColor: style("--soft"),
			dateWindow: [first - 0.5, last + 1.5],
			axes: {
				x: {ticker: (a, b) => gradations(last - first < 10 ? [1, 2, 5] : [1]).map((ms) => ({v: Math.log10(ms) * 4, label: duration(ms)})).filter((tick) => tick.v >= a && tick.v <= b), axisLabelWidth: 70, drawGrid: false},
				y: {axisLabelWidth: 62},
			},
			highlightCircleSize: 0,
			interactionModel: {},
			plotter: (plot) => {
				const canvas = plot.drawingContext, bottom = plot.dygraph.toDomYCoord(0);
				const width = plot.points.length > 1 ? plot.points[1].canvasx - plot.points[0].canvasx : 20;
				canvas.fillStyle = plot.color;
				plot.points.forEach((point) => canvas.fillRect(point.canvasx + 1, point.canvasy, width - 2, bottom - point.canvasy));
			},
		});
	}

	/* The library's own legend sets style attributes, which the policy forbids. */
	Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
	let overTime;
	function draw() {
		writeKey();
		if (overTime) {
			overTime.destroy();
		}
		overTime = drawOverTime();
		drawSpread();
	}
	draw();
	byId("whole").addEventListener("click", () => {
		overTime.resetZoom();
		byId("whole").hidden = true;
	});
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
