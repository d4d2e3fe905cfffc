from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_what_a_run_moved")]

    operations = [
        migrations.AddField("pair", "confirmed_in_summary", models.BooleanField(default=False)),
    ]
