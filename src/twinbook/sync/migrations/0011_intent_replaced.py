from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sync", "0010_the_year_that_answered"),
    ]

    operations = [
        migrations.AddField(
            model_name="intentrow",
            name="replaced_kind",
            field=models.CharField(max_length=10, null=True),
        ),
        migrations.AddField(
            model_name="intentrow",
            name="replaced_text",
            field=models.TextField(blank=True, default=""),
        ),
    ]
