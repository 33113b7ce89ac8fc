"""The studio's work in Chainlit: three stages that do nothing, then a picture. `chainlit run chainlit_app.py --headless`."""

import chainlit as cl
from picture import PICTURE, STAGES


@cl.on_message
async def answer(message: cl.Message) -> None:
    for stage in STAGES:
        async with cl.Step(name=stage):
            pass
    await cl.Message(content="done", elements=[cl.Image(content=PICTURE, mime="image/png", name="teal")]).send()
