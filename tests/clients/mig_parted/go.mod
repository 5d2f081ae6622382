module sectile.test/clients

go 1.22.0

require github.com/NVIDIA/mig-parted v0.10.0
