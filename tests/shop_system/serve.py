"""Makes the shop system, fills it from a shop's variants.csv, and serves it: `python -m tests.shop_system.serve PORT FOLDER VARIANTS`.

In FOLDER it leaves its database and ids.csv: each SKU with the id that the shop system gave it.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path


def main(port: str, folder: Path, variants: Path) -> None:
    os.environ["SHOP_SYSTEM_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.shop_system.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    fill(variants, folder / "ids.csv")
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, skip_checks=True)


def fill(variants: Path, ids: Path) -> None:
    """One product a variant, with its price and its opening stock."""
    from django.contrib.sites.models import Site
    from django.db import transaction
    from oscar.apps.address.models import Country
    from oscar.apps.catalogue.models import Product, ProductClass
    from oscar.apps.partner.models import Partner, StockRecord

    with transaction.atomic():
        Site.objects.update_or_create(id=1, defaults={"domain": "shop.example", "name": "shop"})
        Country.objects.create(
            iso_3166_1_a2="CN", iso_3166_1_a3="CHN", printable_name="China", name="China", is_shipping_country=True
        )
        kind = ProductClass.objects.create(name="goods", requires_shipping=True, track_stock=True)
        partner = Partner.objects.create(name="Hehe Home")
        lines = ["sku,shop_system_id"]
        for row in rows(variants):
            product = Product.objects.create(product_class=kind, title=row["sku"], upc=row["sku"])
            StockRecord.objects.create(
                product=product,
                partner=partner,
                partner_sku=row["sku"],
                price_currency="CNY",
                price=row["list_price"],
                num_in_stock=int(row["stock"]),
            )
            lines.append(f"{row['sku']},{product.pk}")
    ids.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows(variants: Path) -> list[dict[str, str]]:
    lines = variants.read_text(encoding="utf-8-sig").splitlines()
    return list(csv.DictReader(line for line in lines if line.strip() and not line.startswith("#")))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
