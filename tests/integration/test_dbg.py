import asyncio, time, pytest
@pytest.mark.freeze_time("2026-11-23 12:00:00+00:00")
async def test_dbg(hass, freezer):
    loop=asyncio.get_running_loop()
    print("LOOP", type(loop).__mro__, loop.time(), time.monotonic(), loop._clock_resolution, flush=True)
    await asyncio.sleep(0.01)
    print("SLEPT", flush=True)
@pytest.mark.freeze_time("2026-11-23 12:00:00+00:00")
async def test_dbg2(clock, house):
    print("HOUSE", flush=True)
@pytest.mark.freeze_time("2026-11-23 12:00:00+00:00")
async def test_dbg3(clock, sight):
    print("SIGHT", flush=True)
    await asyncio.sleep(0.01)
    print("SLEPT", flush=True)
    await clock.minutes(1)
    print("MINUTE", flush=True)
