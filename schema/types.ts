// Made by `npm run generate` from the JSON Schemas; not edited by hand.

// engine/modules/hostname/hostname.schema.json
/**
 * Sets the host name, now and for the next boot.
 */
export interface HostnameParameters {
  /**
   * The host name.
   */
  name: string;
  /**
   * How to set it; chosen by what the host has when absent.
   */
  use?: "systemd" | "debian" | "redhat" | "generic";
}

// schema/boot.schema.json
/**
 * What the agent knows before it has a network: prelude/boot.json (mode 0400) of the initrd made for one boot of one node.
 */
export interface BootManifest {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot.
   */
  boot: string;
  /**
   * Single-use token that opens the session.
   */
  token: string;
  /**
   * Provisioners, first choice first.
   *
   * @minItems 1
   */
  servers: [BootServer, ...BootServer[]];
  /**
   * PEM of the only certificate authority that the agent trusts.
   */
  ca: string;
  /**
   * The provisioner's time when it made this manifest; sets a clock that is obviously wrong.
   */
  time?: string;
  image: BootImage;
  root: BootRoot;
  /**
   * Interfaces to make before anything is fetched, in order.
   */
  network: NodeNetwork[];
  mkdisk?: NodeMkdisk;
  /**
   * Seconds without progress after which the watchdog restarts the node.
   */
  watchdog?: number;
  retry?: BootRetry;
}

export interface BootServer {
  /**
   * Base URL of the authenticated routes.
   */
  https: string;
  /**
   * Base URL of the content whose digest is known.
   */
  http: string;
}

/**
 * The image version to run.
 */
export interface BootImage {
  /**
   * Name of the image.
   */
  name: string;
  /**
   * Version, sha256:… of its manifest.
   */
  version?: string;
  /**
   * Digest of the file system image.
   */
  digest: string;
  /**
   * Bytes of the file system image.
   */
  size: number;
  /**
   * Format of the file system image.
   */
  format: "squashfs";
}

/**
 * How the image becomes the root.
 */
export interface BootRoot {
  /**
   * image: loop-mounted under an overlay in memory; tmpfs: unpacked into memory.
   */
  type: "image" | "tmpfs";
  /**
   * Limit of the writable layer in memory, as tmpfs takes it (`50%`, `2G`).
   */
  size?: string;
}

/**
 * One interface.
 */
export interface NodeNetwork {
  /**
   * Name of the interface (bond0, eno1, ib0, bond0.42); the key it stands under when absent.
   */
  name?: string;
  /**
   * Kind of interface; ethernet when absent.
   */
  type?: "ethernet" | "bond" | "vlan" | "infiniband";
  /**
   * Hardware address that identifies the card.
   */
  mac?: string;
  /**
   * The interface the node boots over; by its MAC the provisioner knows the node.
   */
  boot?: boolean;
  /**
   * Static address with prefix length: 10.1.34.1/16.
   */
  address?: string;
  /**
   * Static IPv6 address with prefix length.
   */
  address6?: string;
  /**
   * Default gateway over this interface.
   */
  gateway?: string;
  /**
   * Maximum transmission unit.
   */
  mtu?: number;
  /**
   * The interface whose address is the node's own in host files.
   */
  primary?: boolean;
  /**
   * Bring it up at boot; true when absent.
   */
  onboot?: boolean;
  /**
   * Interfaces of a bond, by their names in `networks`.
   */
  members?: string[];
  /**
   * Bonding mode.
   */
  mode?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb";
  /**
   * Link monitoring interval in milliseconds; 100 when absent.
   */
  miimon?: number;
  /**
   * How often the partner is asked to send LACPDUs.
   */
  lacp_rate?: "slow" | "fast";
  /**
   * How frames spread over the links.
   */
  xmit_hash_policy?: "layer2" | "layer2+3" | "layer3+4" | "encap2+3" | "encap3+4" | "vlan+srcmac";
  /**
   * Links that must be up for the bond to have carrier.
   */
  min_links?: number;
  /**
   * Interface under a VLAN.
   */
  parent?: string;
  /**
   * VLAN identifier.
   */
  vlan?: number;
  /**
   * Name servers.
   */
  dns?: string[];
  /**
   * Search domains.
   */
  search?: string[];
  /**
   * Further routes.
   */
  routes?: NodeRoute[];
}

export interface NodeRoute {
  /**
   * Destination with prefix length.
   */
  to: string;
  /**
   * Gateway.
   */
  via: string;
}

/**
 * Local disks, in the words of mkdisk.conf and its profiles.
 */
export interface NodeMkdisk {
  /**
   * Name of the profile file below /etc/mkdisk/profiles.d.
   */
  profile?: string;
  /**
   * The profile's disk_config: first disk's number (from 1, in stable order) to `level:filesystem:mountpoint`; an entry covers the disks up to the next one, an empty text leaves them alone.
   */
  disks?: {
    [k: string]: string;
  };
  /**
   * WIPE_ON_BOOT: destroy and make anew at each boot; otherwise nothing is ever formatted that holds data.
   */
  wipe?: boolean;
  /**
   * FSCACHE_DIR.
   */
  fscache?: string;
  /**
   * MOVE_DIRS: directory of the root to the place on disk that it moves to.
   */
  move?: {
    [k: string]: string;
  };
}

/**
 * What happens when the boot fails.
 */
export interface BootRetry {
  /**
   * Seconds that fetching may take in all before the node restarts.
   */
  budget?: number;
  /**
   * Offer an emergency shell instead of the restart; off by default.
   */
  shell?: boolean;
}

// schema/bundle.schema.json
/**
 * What a node runs: the compiled plays for that node, its own variables, and the files its tasks use by digest. Values are tagged JSON (engine/playbook/serialise.ts).
 */
export interface Bundle {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * The playbook, relative to the site's directory.
   */
  playbook: string;
  /**
   * Tags to run.
   */
  tags: string[];
  /**
   * Compiled plays.
   */
  plays: unknown[];
  /**
   * The node's inventory variables.
   */
  variables: {
    [k: string]: unknown;
  };
  /**
   * The groups of the node.
   */
  groups: {
    [k: string]: string[];
  };
  /**
   * Files that the tasks use.
   */
  files: BundleFile[];
}

export interface BundleFile {
  /**
   * Path relative to the site's directory.
   */
  path: string;
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}

// schema/event.schema.json
/**
 * The stage of the boot.
 */
export type Stage = "boot" | "network" | "root" | "overlay" | "secrets" | "preboot" | "mkdisk" | "switch" | "runtime";

/**
 * started, finished and failed frame a stage; degraded says that it goes on with less than was asked for; ready is the last event of a boot.
 */
export type StageState = "started" | "finished" | "failed" | "degraded" | "ready";

/**
 * What an agent reports of one step of a node's boot. Wire format of POST /events (an array of these).
 */
export interface BootEvent {
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot, made by the provisioner with the boot manifest.
   */
  boot: string;
  /**
   * Counts the events of one boot from 0; an event sent twice is stored once.
   */
  sequence: number;
  /**
   * The node's clock, which may be wrong; the provisioner adds its own.
   */
  time: string;
  stage: Stage;
  state: StageState;
  /**
   * Milliseconds the stage took, with finished and failed.
   */
  ms?: number;
  /**
   * The reason of failed and degraded, in one sentence; never a secret.
   */
  message?: string;
  /**
   * Figures of the stage: bytes, rates, partner MAC, arrays.
   */
  details?: {
    [k: string]: unknown;
  };
}

// schema/image.schema.json
/**
 * An immutable version of an image; its version is sha256: and the digest of this document's canonical JSON.
 */
export interface ImageManifest {
  /**
   * Name of the image: its inventory host.
   */
  name: string;
  /**
   * When it was published.
   */
  created: string;
  /**
   * Playbook that made it, relative to the site's directory.
   */
  playbook: string;
  /**
   * PRETTY_NAME of its os-release.
   */
  os: string;
  /**
   * Machine architecture, as uname -m says it.
   */
  architecture?: string;
  /**
   * Kernels, the default one first.
   *
   * @minItems 1
   */
  kernels: [ImageKernel, ...ImageKernel[]];
  rootfs: Blob;
  /**
   * Format of the file system image.
   */
  format?: "squashfs";
  /**
   * Digest of the build tree it was made of; an unchanged tree is not published again.
   */
  tree?: string;
}

export interface ImageKernel {
  /**
   * Kernel release.
   */
  version: string;
  kernel: Blob;
  initramfs: Blob;
}

/**
 * Content by its digest.
 */
export interface Blob {
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}

// schema/node.schema.json
/**
 * The merged record of a node: its variables node_image … node_tags, of groups and host, merged deeply. `provision node show NAME` prints it; templates see it as `node`.
 */
export interface NodeRecord {
  /**
   * Inventory name.
   */
  name: string;
  /**
   * Image to boot: a name (newest published version) or name@sha256:….
   */
  image: string;
  root?: NodeRoot;
  kernel?: NodeKernel;
  /**
   * Interfaces by name, in the order in which they are made.
   */
  networks?: {
    [k: string]: NodeNetwork;
  };
  overlays?: NodeOverlays;
  bmc?: NodeBmc;
  mkdisk?: NodeMkdisk;
  /**
   * Secrets that the node may fetch while it boots, by file name under /secrets.
   */
  secrets?: {
    [k: string]: NodeSecret;
  };
  lab?: NodeLab;
  /**
   * Free words for templates.
   */
  tags?: {
    [k: string]: string | number | boolean;
  };
}

/**
 * How the image becomes the root.
 */
export interface NodeRoot {
  /**
   * image: loop-mounted under an overlay in memory; tmpfs: unpacked into memory.
   */
  type?: "image" | "tmpfs";
  /**
   * Limit of the writable layer in memory, as tmpfs takes it (`50%`, `2G`).
   */
  size?: string;
}

/**
 * Kernel of the node.
 */
export interface NodeKernel {
  /**
   * Kernel arguments; world-readable on the node, so never a secret.
   */
  args?: string[];
  /**
   * Kernel of the image to boot when it has several.
   */
  version?: string;
}

/**
 * Overlays, later ones over earlier ones.
 */
export interface NodeOverlays {
  /**
   * Applied before the real init starts.
   */
  system?: string[];
  /**
   * Kept current on the running node.
   */
  runtime?: string[];
}

/**
 * Baseboard management controller.
 */
export interface NodeBmc {
  /**
   * Protocol; `lab` is a virtual machine of `provision lab`.
   */
  type?: "ipmi" | "redfish" | "lab";
  /**
   * Address of the controller.
   */
  address?: string;
  /**
   * User name.
   */
  user?: string;
  /**
   * Password; keep it in vault.
   */
  password?: string;
  /**
   * IPMI interface.
   */
  interface?: "lan" | "lanplus";
  /**
   * UDP or TCP port.
   */
  port?: number;
  /**
   * VLAN of the controller.
   */
  vlan?: number;
}

export interface NodeSecret {
  /**
   * Without it the node does not boot.
   */
  required?: boolean;
}

/**
 * The node as a virtual machine of `provision lab`.
 */
export interface NodeLab {
  /**
   * MiB of memory.
   */
  memory?: number;
  /**
   * Processors.
   */
  cpus?: number;
  /**
   * Model of its network cards.
   */
  nic?: "virtio" | "e1000";
  /**
   * Sizes of its disks (`1G`).
   */
  disks?: string[];
  /**
   * Bus of its disks.
   */
  bus?: "virtio" | "nvme";
}

// schema/secrets.schema.json
/**
 * Answer of GET /secrets: the files that the node may have below /secrets, and those it must have.
 */
export interface SecretBundle {
  /**
   * Secret files.
   */
  files: SecretFile[];
}

export interface SecretFile {
  /**
   * File name.
   */
  name: string;
  /**
   * Content, base64.
   */
  content: string;
  /**
   * Without it the node does not boot.
   */
  required: boolean;
}

// schema/session.schema.json
/**
 * Answer of POST /session: the token of the boot manifest is spent, this key stands for the node from now on.
 */
export interface Session {
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot.
   */
  boot: string;
  /**
   * Bearer key of the session.
   */
  key: string;
  /**
   * When the key ends unless renewed.
   */
  expires: string;
}
