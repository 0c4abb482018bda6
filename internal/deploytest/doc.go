// Package deploytest checks what the program is delivered with: its image, run
// in a chroot as Docker would run it, the compose file, the unit of systemd, the
// archives of a release, and what the operator's documents say of them. It has
// tests only.
package deploytest
