/** Draws a blue background, a red square and a gradient; powers off at a key. */
import { openScreen, powerOff, waitForKey } from "efi";

const screen = openScreen();
const [BLUE, RED] = [0x0000ff, 0xff0000];
screen.fill(0, 0, screen.width, screen.height, BLUE);
screen.fill(20, 20, 100, 100, RED);

const [width, height] = [256, 64];
const gradient = new Uint32Array(width * height);
for (let at = 0; at < gradient.length; at++) gradient[at] = (at % width) * 0x010101;
screen.draw(200, 20, width, height, gradient);

const [corner = 0] = screen.read(60, 60, 1, 1);
console.log(`drawn on ${screen.width} x ${screen.height}; at 60, 60 there is ${(corner & 0xffffff).toString(16)}`);
await waitForKey(60);
powerOff();
