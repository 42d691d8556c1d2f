/** Lists every file of the disk that it was started from. */
import { ownVolume, powerOff } from "efi";

const volume = ownVolume();

function list(folder: string): void {
  for (const { name, isFolder, size } of volume.list(folder)) {
    const path = `${folder}${name}`;
    console.log(isFolder ? `${path}/` : `${path} ${size}`);
    if (isFolder) list(`${path}/`);
  }
}

list("/");
powerOff();
