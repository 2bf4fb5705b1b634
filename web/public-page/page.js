/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything works without this file.  With it the report form keeps a draft,
 * sends in the background, waits for the network when there is none, and the
 * page of a report looks for news by itself.
 */
"use strict";

(() => {
	const DRAFT = "khien.draft", DAY = 864e5;
	const form = document.getElementById("report");
	const say = document.getElementById("say");

	/* ---- storage that may be refused (private windows) ---- */

	const read = () => {
		try {
			const draft = JSON.parse(localStorage.getItem(DRAFT));
			return draft && Date.now() - draft.at < 7 * DAY ? draft : null;
		} catch (e) {
			return null;
		}
	};
	const drop = () => {
		try {
			localStorage.removeItem(DRAFT);
		} catch (e) { /* nothing was kept */ }
	};

	/* One store of whole forms with their files; each ends when the server has it. */
	const store = (mode, work) => new Promise((done, fail) => {
		const open = indexedDB.open("khien", 1);

		open.onupgradeneeded = () => open.result.createObjectStore("queue", { keyPath: "key" });
		open.onerror = () => fail(open.error);
		open.onsuccess = () => {
			const tx = open.result.transaction("queue", mode);
			const ask = work(tx.objectStore("queue"));

			tx.oncomplete = () => { open.result.close(); done(ask.result); };
			tx.onabort = () => { open.result.close(); fail(tx.error); };
		};
	});

	/* ---- telling ---- */

	const tell = (word, more) => {
		say.textContent = say.dataset[word] || "";
		if (more)
			say.append(" ", more);
		return say;
	};
	const button = (word, click) => {
		const b = document.createElement("button");

		b.type = "button";
		b.className = "quiet";
		b.textContent = say.dataset[word];
		b.onclick = click;
		return b;
	};
	const codeOf = (url) => {
		const m = /\/bao-su-co\/([^/?#]+)/.exec(url);
		return m && decodeURIComponent(m[1]);
	};

	/* ---- sending ---- */

	const post = (body, key) => fetch(form.action, {
		method: "POST", body, credentials: "omit", headers: { "Idempotency-Key": key },
	});
	const body = (fields) => {
		const data = new FormData();

		fields.forEach(([name, value]) => data.append(name, value));
		return data;
	};

	/* Shows the server's page of what is wrong; what was written and the chosen files stay. */
	const showRefusal = async (res) => {
		const page = new DOMParser().parseFromString(await res.text(), "text/html");
		const note = page.querySelector("[role=alert]");

		document.querySelectorAll(".wrong:not(.hint)").forEach((e) => e.remove());
		if (!note) {
			const why = page.querySelector("main p");

			tell("failed", why ? why.textContent : "");
			say.scrollIntoView({ block: "center" });
			return;
		}
		note.querySelectorAll("p:last-child").forEach((p) => note.children.length > 2 && p.remove());
		page.querySelectorAll("form .wrong").forEach((e) => {
			const box = e.parentElement.id && document.getElementById(e.parentElement.id);

			if (box)
				box.querySelector("legend, .field").after(e);
		});
		document.querySelector("h1").before(note);
		say.textContent = "";
		note.focus();
	};

	const keep = async (fields, key) => {
		await store("readwrite", (s) => s.put({ key, fields }));
		drop();
		tell("offline");
	};

	const flush = async () => {
		let waiting = [];

		try {
			waiting = await store("readonly", (s) => s.getAll());
		} catch (e) {
			return;
		}
		for (const one of waiting) {
			tell("queued");
			try {
				const res = await post(body(one.fields), one.key);

				if (res.status >= 500 || res.status === 429)
					return;
				await store("readwrite", (s) => s.delete(one.key));
				if (res.redirected && codeOf(res.url)) {
					const a = document.createElement("a");

					a.href = res.url;
					a.textContent = codeOf(res.url);
					tell("queue_sent", a);
				} else {
					tell("queue_failed");
				}
			} catch (e) {
				return;
			}
		}
	};

	const send = async (event) => {
		const data = new FormData(form), key = data.get("idempotency_key");
		const fields = [...data.entries()].filter(([, v]) => typeof v === "string" || v.size > 0);
		const press = form.querySelector(".send button");

		event.preventDefault();
		if (tooMuch())
			return;
		press.disabled = true;
		tell("sending");
		try {
			const res = await post(body(fields), key);

			if (res.redirected && codeOf(res.url)) {
				drop();
				location.assign(res.url);
				return;
			}
			await showRefusal(res);
		} catch (e) {
			try {
				await keep(fields, key);
				form.reset();
				form.elements.idempotency_key.value = fresh();
			} catch (again) {
				tell("failed");
			}
			say.scrollIntoView({ block: "center" });
		}
		press.disabled = false;
	};

	const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))]
		.map((b) => b.toString(16).padStart(2, "0")).join("");

	/* ---- files ---- */

	const files = document.getElementById("f");
	const tooMuch = () => {
		const mb = 1 << 20, list = [...files.files], out = document.getElementById("f-say");
		const large = list.filter((f) => f.size > files.dataset.one * mb);
		let total = 0;

		list.forEach((f) => { total += f.size; });
		out.classList.add("wrong");
		out.textContent = large.length ? `${say.dataset.too_large} ${large.map((f) => f.name).join(", ")}` :
			total > files.dataset.all * mb ? say.dataset.all_too_large :
			list.length > 10 ? say.dataset.files_many : "";
		if (out.textContent)
			files.focus();
		else if (list.length) {
			out.classList.remove("wrong");
			out.textContent = list.map((f) => `${f.name} (${f.size < mb ? `${Math.ceil(f.size / 1024)} kB` : `${(f.size / mb).toFixed(1)} MB`})`).join(", ");
			return false;
		}
		return out.textContent !== "";
	};

	/* ---- the draft ---- */

	const save = () => {
		const fields = [...new FormData(form).entries()]
			.filter(([n, v]) => typeof v === "string" && v && n !== "idempotency_key" && n !== "when");

		try {
			if (fields.length)
				localStorage.setItem(DRAFT, JSON.stringify({ at: Date.now(), fields }));
			else
				drop();
		} catch (e) { /* then without a draft */ }
	};
	const restore = (draft) => {
		draft.fields.forEach(([name, value]) => {
			form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((e) => {
				if (e.type === "checkbox")
					e.checked = e.checked || e.value === value;
				else
					e.value = value;
			});
		});
		tell("draft").append(document.createElement("br"), button("draft_drop", () => {
			drop();
			form.reset();
			say.textContent = "";
		}));
	};

	if (form) {
		const draft = document.querySelector("[role=alert]") ? null : read();
		let timer;

		if (draft)
			restore(draft);
		form.addEventListener("input", () => {
			clearTimeout(timer);
			timer = setTimeout(save, 300);
		});
		files.addEventListener("change", tooMuch);
		form.addEventListener("submit", send);
		addEventListener("online", flush);
		setInterval(flush, 60000);
		flush();
	}

	/* ---- the page of a report ---- */

	const now = document.querySelector("[data-again]");

	document.querySelectorAll("[data-open]").forEach((e) => { e.hidden = false; });
	document.querySelectorAll("[data-print]").forEach((e) => {
		e.hidden = false;
		e.onclick = () => print();
	});
	if (/[?&]print\b/.test(location.search))
		addEventListener("load", () => print());
	if (now) {
		const look = async () => {
			if (document.hidden)
				return;
			try {
				const res = await fetch(location.href, { credentials: "omit" });
				const page = new DOMParser().parseFromString(await res.text(), "text/html");
				const next = page.querySelector("[data-again]");
				const old = document.querySelector("[data-again]");

				if (res.ok && next && next.innerHTML !== old.innerHTML) {
					next.setAttribute("aria-live", "polite");
					old.replaceWith(document.adoptNode(next));
				}
			} catch (e) { /* the next time */ }
		};

		setInterval(look, 30000);
		addEventListener("visibilitychange", look);
	}

	const alert = document.querySelector("[role=alert][tabindex]");

	if (alert)
		alert.focus();
})();
