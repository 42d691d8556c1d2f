/** Drawing on the screen (UEFI 2.10, 12.9). */
import { GRAPHICS_OUTPUT } from "./guid.ts";
import { locateProtocol } from "./protocols.ts";
import { type Interface, Result, viewAt } from "./words.ts";

/** 12.9: EFI_GRAPHICS_OUTPUT_PROTOCOL. */
const OFFSETS = { queryMode: 0, setMode: 8, blt: 16, mode: 24 };
/** 12.9: EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE and …_MODE_INFORMATION. */
const MODE = { size: 24, maxMode: 0, mode: 4, info: 8 };
const INFO = { size: 36, width: 4, height: 8 };
/** 12.9.2.3: EFI_GRAPHICS_OUTPUT_BLT_OPERATION. */
const BLT = { videoFill: 0, videoToBuffer: 1, bufferToVideo: 2 };

export interface GraphicsMode {
  readonly number: number;
  readonly width: number;
  readonly height: number;
}

/** Colours are 0xRRGGBB. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly modes: readonly GraphicsMode[];
  /** Switches the mode and returns the new screen; do not use the old one any more. */
  setMode(mode: GraphicsMode): Screen;
  fill(x: number, y: number, width: number, height: number, color: number): void;
  /** Draws `width` × `height` pixels, row by row. Throws RangeError for too few. */
  draw(x: number, y: number, width: number, height: number, pixels: Uint32Array): void;
  /** The pixels on the screen, row by row. */
  read(x: number, y: number, width: number, height: number): Uint32Array;
}

/** The first screen. Throws EfiError `EFI_NOT_FOUND` if the machine has none. */
export function openScreen(): Screen {
  return screenOf(locateProtocol(GRAPHICS_OUTPUT));
}

function screenOf(protocol: Interface): Screen {
  const mode = viewAt(protocol.word(OFFSETS.mode), MODE.size);
  const info = viewAt(mode.getBigUint64(MODE.info, true), INFO.size);
  const blt = (operation: number, buffer: Uint32Array, ...places: readonly number[]): void => {
    protocol.method("draw", OFFSETS.blt, buffer, operation, ...places, 0); // 0: rows without gaps
  };
  const onScreen = (x: number, y: number): readonly number[] => [0, 0, x, y]; // source, destination
  const count = mode.getUint32(MODE.maxMode, true);
  return {
    width: info.getUint32(INFO.width, true),
    height: info.getUint32(INFO.height, true),
    modes: Array.from({ length: count }, (_, number) => queryMode(protocol, number)),
    setMode({ number }) {
      protocol.method("set the graphics mode", OFFSETS.setMode, number);
      return screenOf(protocol);
    },
    fill(x, y, width, height, color) {
      blt(BLT.videoFill, Uint32Array.of(color), ...onScreen(x, y), width, height);
    },
    draw(x, y, width, height, pixels) {
      if (pixels.length < width * height) throw new RangeError(`${width * height} pixels are wanted`);
      blt(BLT.bufferToVideo, pixels, ...onScreen(x, y), width, height);
    },
    read(x, y, width, height) {
      const pixels = new Uint32Array(width * height);
      blt(BLT.videoToBuffer, pixels, x, y, 0, 0, width, height);
      return pixels;
    },
  };
}

function queryMode(protocol: Interface, number: number): GraphicsMode {
  const [size, info] = [new Result(), new Result()];
  protocol.method("ask for a graphics mode", OFFSETS.queryMode, number, size.word, info.word);
  const view = viewAt(info.value, INFO.size);
  return { number, width: view.getUint32(INFO.width, true), height: view.getUint32(INFO.height, true) };
}
