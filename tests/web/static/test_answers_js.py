"""No answer of Gradio's server is left unread, whatever comes just as its stream ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

# A server that takes the questions and sends the streams that a test has prepared: lists of messages. In them, "ask:ID"
# stands for a question that arrives there, and is said to be taken some milliseconds later; "break" for a lost network.
SERVER = """async ([path, script]) => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const opened = [];
  window.fetch = async (address, options) => {
    if (String(address).endsWith("/queue/join")) {
      await wait(options.takes);
      return new Response(JSON.stringify({ event_id: options.id }));
    }
    const messages = script[opened.length];
    opened.push(address);
    if (!messages) return new Response("", { status: 404 });
    return new Response(new ReadableStream({ async start(out) {
      for (const message of messages) {
        if (message === "break") return out.error(new TypeError("network error"));
        if (message.startsWith?.("ask:")) {
          window.fetch("/queue/join", { id: message.slice(4), takes: 30 });
          continue;
        }
        const bytes = new TextEncoder().encode("data: " + JSON.stringify(message) + "\\n\\n");
        out.enqueue(bytes.slice(0, 9)); // whatever the network makes of it
        await wait(1);
        out.enqueue(bytes.slice(9));
      }
      out.close();
    } }));
  };
  await import(path + "?" + Math.random());
  window.fetch("/queue/join", { id: "first", takes: 0 });
  const read = [];
  try {
    const answer = await window.fetch("/queue/data?session_hash=x");
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream()))
      read.push(...piece.trim().split("\\n\\n").map((line) => JSON.parse(line.slice(6))));
  } catch (error) { read.push({ msg: String(error) }); }
  return { opened: opened.length, read: read.map(({ msg, event_id }) => msg + " " + (event_id ?? "")) };
}"""
END = {"msg": "close_stream", "event_id": None}


@pytest.fixture(scope="module")
def page(browser: Browser, served: Any) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{served.url}/healthz")
    yield opened
    context.close()


def done(name: str) -> dict[str, str]:
    return {"msg": "process_completed", "event_id": name}


def read(page: Page, *streams: list[Any]) -> tuple[int, list[str]]:
    """Returns how many streams were opened, and what Gradio read as if from one."""
    found = page.evaluate(SERVER, ["/attnviz/static/answers.js", streams])
    return found["opened"], found["read"]


def test_a_stream_without_more_is_as_it_was(page: Page) -> None:
    one = {"msg": "process_generating", "event_id": "first"}
    assert read(page, [one, done("first"), END]) == (
        1,
        ["process_generating first", "process_completed first", "close_stream "],
    )


def test_a_question_on_its_way_when_the_stream_ends_is_answered(page: Page) -> None:
    assert read(page, [done("first"), "ask:second", END], [done("second"), END]) == (
        2,
        ["process_completed first", "process_completed second", "close_stream "],
    )


def test_an_answer_waits_until_its_question_is_said_to_be_taken(page: Page) -> None:
    assert read(page, [done("first"), "ask:second", done("second"), END]) == (
        1,
        ["process_completed first", "process_completed second", "close_stream "],
    )


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ([{"msg": "unexpected_error"}, END], ["unexpected_error ", "close_stream "]),
        (["break"], ["TypeError: network error "]),
    ],
)
def test_what_the_server_has_lost_is_not_waited_for(page: Page, ending: list[Any], told: list[str]) -> None:
    assert read(page, ending, [done("never read"), END]) == (1, told)


def test_a_server_that_is_gone_ends_the_stream(page: Page) -> None:
    assert read(page, [END]) == (2, ["close_stream "])


def test_gradio_reads_through_it(browser: Browser, served: Any) -> None:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(served.url)
    opened.wait_for_selector(".av-view[data-painted=true]", timeout=30_000)
    assert "[native code]" in opened.evaluate("String(window.alert)")
    assert "[native code]" not in opened.evaluate("String(window.fetch)")
    context.close()
